/** RFC 1951, 3.2.2: no code is longer. */
export const CODE_MAX_BITS = 15;

/** `find` has fewer bits than the code may have. */
export const NEED_MORE = 0;
/** `find` saw bits that are no code. */
export const NO_CODE = -1;

/**
 * A canonical Huffman code (RFC 1951, 3.2.2). Codes of up to `tableBits` bits are looked up in one
 * step, longer ones bit by bit. An entry is `symbol << 4 | bits of the code`.
 *
 * Costs 2 bytes a symbol, 2 for each of `1 << tableBits` entries, and 64.
 */
export class HuffmanCode {
  /** By the next `tableBits` bits of the stream; 0 where the code is longer, or none. */
  readonly table: Uint16Array;
  private readonly tableBits: number;
  /** Codes of each length, and the symbols in the order of their codes. */
  private readonly counts = new Uint16Array(CODE_MAX_BITS + 1);
  private readonly symbols: Uint16Array;
  /** While building: where the next symbol of each length goes. */
  private readonly places = new Uint16Array(CODE_MAX_BITS + 1);

  constructor(symbolMax: number, tableBits: number) {
    this.tableBits = tableBits;
    this.table = new Uint16Array(1 << tableBits);
    this.symbols = new Uint16Array(symbolMax);
  }

  /**
   * From the lengths in bits of the codes of symbols 0 to `count` - 1: `lengths[start..]`.
   * @returns false if there is no such code: more codes than bits tell apart, or fewer, other than
   *   one code of one bit where `mayBeSingle` allows it, or none at all
   */
  build(lengths: Uint8Array, start: number, count: number, mayBeSingle: boolean): boolean {
    const { counts } = this;
    counts.fill(0);
    for (let at = start; at < start + count; at++) {
      const bits = lengths[at] as number;
      counts[bits] = (counts[bits] as number) + 1;
    }
    counts[0] = 0;
    if (!this.isWhole(mayBeSingle)) return false;
    this.sort(lengths, start, count);
    this.fillTable();
    return true;
  }

  /** The entry of the code that `bits` begins with, its first bit lowest, of which `available` count. */
  find(bits: number, available: number): number {
    let rest = bits;
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= CODE_MAX_BITS; length++) {
      if (length > available) return NEED_MORE;
      code |= rest & 1;
      rest >>>= 1;
      const count = this.counts[length] as number;
      if (code - first < count) {
        return ((this.symbols[index + code - first] as number) << 4) | length;
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return NO_CODE;
  }

  private isWhole(mayBeSingle: boolean): boolean {
    const { counts } = this;
    let left = 1;
    let total = 0;
    for (let length = 1; length <= CODE_MAX_BITS; length++) {
      const count = counts[length] as number;
      left = left * 2 - count;
      if (left < 0) return false;
      total += count;
    }
    return left === 0 || total === 0 || (mayBeSingle && total === 1 && counts[1] === 1);
  }

  private sort(lengths: Uint8Array, start: number, count: number): void {
    const { places, counts, symbols } = this;
    let next = 0;
    for (let length = 1; length <= CODE_MAX_BITS; length++) {
      places[length] = next;
      next += counts[length] as number;
    }
    for (let symbol = 0; symbol < count; symbol++) {
      const length = lengths[start + symbol] as number;
      if (length === 0) continue;
      const place = places[length] as number;
      symbols[place] = symbol;
      places[length] = place + 1;
    }
  }

  private fillTable(): void {
    const { table, tableBits, counts, symbols } = this;
    table.fill(0);
    let code = 0;
    let index = 0;
    for (let length = 1; length <= tableBits; length++) {
      for (let count = counts[length] as number; count > 0; count--) {
        const entry = ((symbols[index] as number) << 4) | length;
        const step = 1 << length;
        for (let at = reversed(code, length); at < table.length; at += step) table[at] = entry;
        code += 1;
        index += 1;
      }
      code <<= 1;
    }
  }
}

/** Codes come highest bit first, in a stream that is read lowest bit first. */
function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}
