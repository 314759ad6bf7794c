import { digits, NOT_A_DIGIT, RECORD_SUM_MAX } from "./digits.ts";
import { hexByte, type Place } from "./place.ts";
import { WordDecoder } from "./word-decoder.ts";

const CR = 0x0d;
const LF = 0x0a;

/** Bytes of a record around its data: length, load offset (2), type and checksum. */
const FRAME_BYTES = 5;
const DATA_MAX_BYTES = 255;

/** Characters of the longest record: colon, and two digits a byte. */
export const RECORD_MAX_CHARS = 1 + 2 * (DATA_MAX_BYTES + FRAME_BYTES);

/** Characters after which a record's length is known: colon and the length field. */
const LENGTH_KNOWN_CHARS = 3;

/** One record, decoded in place of the one before. Costs 260 bytes. */
export class HexRecord {
  /** Data bytes, 0 to 255. */
  length = 0;
  /** The load offset, 0 to 0xFFFF. */
  offset = 0;
  type = 0;
  /** The record's data from index 0, on a word's boundary; what stands after `length` is of no meaning. */
  readonly data: Uint8Array;
  private readonly place: Place;
  /** Length, load offset (2), type, data, checksum. */
  private readonly bytes = new Uint8Array(DATA_MAX_BYTES + FRAME_BYTES);
  /** Decodes into `data` as well. */
  readonly words = new WordDecoder(new Int32Array(this.bytes.buffer));

  constructor(place: Place) {
    this.place = place;
    this.data = this.bytes.subarray(4, 4 + DATA_MAX_BYTES);
  }

  /** The first `byteCount` data bytes as a big-endian number. */
  field(byteCount: number): number {
    let value = 0;
    for (let index = 0; index < byteCount; index++) {
      value = value * 0x100 + (this.data[index] as number);
    }
    return value;
  }

  /**
   * Where the record at `text[start..end)` ends, as far as is known: behind the length field while
   * that is not all there. Throws HEX_DIGIT, HEX_LENGTH.
   */
  findEnd(text: Uint8Array, start: number, end: number): number {
    const lengthEnd = start + LENGTH_KNOWN_CHARS;
    if (lengthEnd > end) return lengthEnd;
    const high = digits[text[start + 1] as number] as number;
    const low = digits[text[start + 2] as number] as number;
    const length = (high << 4) | low;
    if (length > DATA_MAX_BYTES) this.refuseBadDigit(text, start, lengthEnd);
    return lengthEnd + 2 * (length + FRAME_BYTES - 1);
  }

  /** After `words` has decoded a record. */
  takeHead(): void {
    const { head } = this.words;
    this.length = head & 0xff;
    this.offset = (head & 0xff00) | ((head >> 16) & 0xff);
    this.type = head >>> 24;
  }

  /** Decodes the whole record in `text[start..end)`. Throws HEX_DIGIT, HEX_LENGTH, HEX_CHECKSUM. */
  decode(text: Uint8Array, start: number, end: number): void {
    const bytes = this.bytes;
    const values = digits;
    const last = end - 1;
    let at = start;
    let index = -1;
    let sum = 0;
    let byte = 0;
    while (at < last) {
      byte =
        ((values[text[++at] as number] as number) << 4) | (values[text[++at] as number] as number);
      bytes[++index] = byte;
      sum += byte;
    }
    if (sum > RECORD_SUM_MAX) this.refuseBadDigit(text, start, end);
    if ((sum & 0xff) !== 0) this.refuseChecksum(bytes[index] as number, sum);
    this.length = bytes[0] as number;
    this.offset = ((bytes[1] as number) << 8) | (bytes[2] as number);
    this.type = bytes[3] as number;
  }

  /** Throws if a character of the record in `text[start..end)`, its colon apart, is no digit. */
  refuseBadDigit(text: Uint8Array, start: number, end: number): void {
    for (let at = start + 1; at < end; at++) {
      const character = text[at] as number;
      if (digits[character] !== NOT_A_DIGIT) continue;
      const offset = this.place.recordOffset + at - start;
      if (character === CR || character === LF) {
        this.place.fail("HEX_LENGTH", offset, "the record is shorter than it says");
      }
      this.place.fail("HEX_DIGIT", offset, `character ${hexByte(character)}`);
    }
  }

  /** @param sum of all bytes, `found` among them; a right one is a multiple of 256 */
  private refuseChecksum(found: number, sum: number): never {
    const expected = (found - sum) & 0xff;
    const said = `checksum ${hexByte(found)}, expected ${hexByte(expected)}`;
    this.place.failRecord("HEX_CHECKSUM", said);
  }
}
