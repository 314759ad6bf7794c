/** Four characters `0`. */
const ZEROS = 0x30303030;
/** The upper two of them. */
const ZERO_PAIR = 0x30300000;
/** Bit 4 of each byte: once ZEROS are off, what a capital letter has and a digit has not. */
const LETTERS = 0x10101010;
/** Carries into bit 4 of a byte exactly where its value is ten or more. */
const SIX = 0x06060606;
/** The bit that small letters have and capitals have not. */
const SMALL = 0x20202020;
/** Every second byte. */
const PAIRS = 0x00ff00ff;
/** Bits that stay clear in every byte where all characters are digits. */
const STRAY = 0xf0f0f0f0 | 0;

/** Bytes of a record around its data: length, load offset (2), type and checksum. */
const FRAME_BYTES = 5;

/**
 * Decodes whole records eight digits a step, in two words of four characters. On XS an access to a
 * typed array is a call, as dear as a dozen integer operations: by words there are three for four bytes,
 * and not twenty. Every value is a 32-bit integer, for doubles are software on most cores. This is the
 * hot loop of the whole client: 160 XS byte codes a turn.
 *
 * It takes nothing but right records in letters of one case, and leaves it to the decoder by bytes to
 * tell what else there is. Words are little-endian, as on every core that XS is built for; on another no
 * record would seem right.
 */
export class WordDecoder {
  /** Length, load offset (2) and type of the record, from the word's lowest byte. */
  head = 0;
  private readonly into: Int32Array;
  /** The case of letters that it takes: 0 for capitals, else SMALL. */
  private small = 0;

  /** @param into takes the record's bytes: 65 words */
  constructor(into: Int32Array) {
    this.into = into;
  }

  /** A right record was not taken: the file's letters may be of the other case. */
  tryOtherCase(): void {
    this.small ^= SMALL;
  }

  /**
   * Decodes the record whose first digit is character `start` of `text`, four characters a word.
   * @param limit index after the last character that is there
   * @returns index after the record; 0 unless it is all there and right
   */
  decode(text: Int32Array, start: number, limit: number): number {
    if (start + 2 * FRAME_BYTES > limit) return 0;
    const into = this.into;
    const small = this.small;
    // The record's words lie across two of the text's, unless it happens to start with one.
    const shift = (start & 3) << 3;
    const back = 32 - shift;
    let at = start >> 2;
    let before = text[at] as number;
    let between = 0;
    let high = 0;
    let low = 0;
    let highValue = 0;
    let lowValue = 0;
    let word = 0;
    let group = 0;
    /** Four bytes each. */
    let groups = 1;
    let byteCount = 0;
    let end = 0;
    let sum = 0;
    let stray = 0;
    do {
      between = text[++at] as number;
      if (shift === 0) {
        high = before;
        low = between;
        before = text[++at] as number;
      } else {
        high = (before >> shift) | (between << back);
        before = text[++at] as number;
        low = (between >> shift) | (before << back);
      }
      if (small !== 0) {
        high ^= (high >> 1) & small;
        low ^= (low >> 1) & small;
      }
      // 0 to 9 are themselves; 0x11 to 0x16, once A to F, are less by seven.
      high -= ZEROS;
      highValue = high - 7 * ((high & LETTERS) >> 4);
      low -= ZEROS;
      lowValue = low - 7 * ((low & LETTERS) >> 4);
      // Right is below 16, and from ten on with the bit of a letter, else without.
      stray |= ((highValue + SIX) ^ high) | highValue | ((lowValue + SIX) ^ low) | lowValue;
      high = ((highValue << 4) | (highValue >> 8)) & PAIRS;
      low = ((lowValue << 4) | (lowValue >> 8)) & PAIRS;
      sum += high + low;
      word = ((high | (high >> 8)) & 0xffff) | ((low | (low >> 8)) << 16);
      into[group] = word;
      if (group === 0) {
        this.head = word;
        byteCount = (word & 0xff) + FRAME_BYTES;
        end = start + 2 * byteCount;
        if (end > limit) return 0;
        groups = byteCount >> 2;
      }
    } while (++group < groups);

    // One to three bytes are left of most records, by two.
    word = 0;
    for (let left = byteCount & 3; left > 0; left -= 2) {
      between = text[++at] as number;
      high = shift === 0 ? before : (before >> shift) | (between << back);
      before = between;
      if (left === 1) high = (high & 0xffff) | ZERO_PAIR;
      high ^= (high >> 1) & small;
      high -= ZEROS;
      highValue = high - 7 * ((high & LETTERS) >> 4);
      stray |= ((highValue + SIX) ^ high) | highValue;
      high = ((highValue << 4) | (highValue >> 8)) & PAIRS;
      sum += high;
      high = (high | (high >> 8)) & 0xffff;
      // Of three the third is above the two; it comes last.
      word = left === 1 && (byteCount & 3) === 3 ? word | (high << 16) : high;
      into[group] = word;
    }
    return (stray & STRAY) === 0 && ((sum + (sum >> 16)) & 0xff) === 0 ? end : 0;
  }
}
