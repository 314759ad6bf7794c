import { Failure } from "../failure.ts";
import { CODE_MAX_BITS, HuffmanCode, NEED_MORE } from "./huffman.ts";

/** How far back a stream may refer, in bytes. */
export const WINDOW_BYTES = 2048;

const LITERALS = 286;
const DISTANCES = 30;
const END_OF_BLOCK = 256;
/** Of the fixed code: its last two have no meaning, but take part in making the codes. */
const FIXED_LITERALS = 288;

/** RFC 1951, 3.2.5, from symbol 257 on. */
const lengthBases = new Uint16Array([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
]);
const lengthBits = new Uint8Array([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
const distanceBases = new Uint16Array([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12289, 16385, 24577,
]);
/** RFC 1951, 3.2.7: the order in which the lengths of the lengths' code come. */
const lengthOrder = new Uint8Array([
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
]);
/** Of symbols 16 to 18 in the list of lengths: extra bits, and the least that is repeated. */
const repeatBits = new Uint8Array([2, 3, 7]);
const repeatBases = new Uint8Array([3, 3, 11]);

const BLOCK_HEAD = 0;
const STORED_LENGTH = 1;
const STORED_CHECK = 2;
const STORED = 3;
const TABLE_HEAD = 4;
const ORDER = 5;
const LENGTHS = 6;
const REPEAT = 7;
const SYMBOLS = 8;
const LENGTH_EXTRA = 9;
const DISTANCE = 10;
const DISTANCE_EXTRA = 11;
const COPY = 12;
const DONE = 13;

/**
 * Streaming decoder of raw deflate (RFC 1951) with a window of 2 KB. Its input may be cut anywhere; its
 * output is a piece of `window`, which the caller uses up before it goes on. Refuses what zlib
 * refuses, and references beyond the window; throws PATCH_DEFLATE.
 *
 * Costs 2,240 bytes besides the window: literals' code 1,664, distances' 256, lengths 320; allocates
 * nothing when it runs.
 */
export class Inflate {
  /** Its first `WINDOW_BYTES` are the window; the rest is others'. */
  readonly window: Uint8Array;
  /** Where the output of `decode` is: `window[start..end)`. */
  start = 0;
  end = 0;

  private readonly literals = new HuffmanCode(FIXED_LITERALS, 9);
  /** Before that the code of the lengths, which is read first. */
  private readonly distances = new HuffmanCode(DISTANCES + 2, 6);
  private readonly lengths = new Uint8Array(LITERALS + DISTANCES + 4);
  private state = DONE;
  private isLast = false;
  /** Bits of the input not used yet, the next one lowest, and how many. */
  private bits = 0;
  private bitCount = 0;
  /** Bytes of output that may still come, and those that came: what may be referred to. */
  private left = 0;
  private made = 0;
  /** Bytes still to be stored or copied; a symbol whose extra bits are awaited. */
  private copyLeft = 0;
  private symbol = 0;
  private distance = 0;
  /** Of a block with its own codes: how many lengths of each, and how many are known. */
  private literalCount = 0;
  private distanceCount = 0;
  private orderCount = 0;
  private known = 0;
  /** The input: bytes at `at` to `to` - 1. */
  private input: Uint8Array = this.lengths;
  private at = 0;
  private to = 0;

  constructor(window: Uint8Array) {
    this.window = window;
  }

  /** A new stream, with an empty window and at most `maxBytes` of output. */
  begin(maxBytes: number): void {
    this.start = 0;
    this.end = 0;
    this.state = BLOCK_HEAD;
    this.isLast = false;
    this.bits = 0;
    this.bitCount = 0;
    this.left = maxBytes;
    this.made = 0;
  }

  /** The stream's last block has ended. */
  get isDone(): boolean {
    return this.state === DONE;
  }

  /** Bytes were taken and not used; what is left of the last one used does not count. */
  get hasUnused(): boolean {
    return this.bitCount >= 8;
  }

  /**
   * Takes input from `bytes[at..to)` until there is none, or the output reaches the window's end.
   * @returns where it stopped in `bytes`
   */
  decode(bytes: Uint8Array, at: number, to: number): number {
    if (this.end === WINDOW_BYTES) this.end = 0;
    this.start = this.end;
    this.input = bytes;
    this.at = at;
    this.to = to;
    while (this.end < WINDOW_BYTES && this.step()) {}
    return this.at;
  }

  /** @returns false when more input is needed, and at the end */
  private step(): boolean {
    switch (this.state) {
      case BLOCK_HEAD:
        return this.readBlockHead();
      case STORED_LENGTH:
      case STORED_CHECK:
        return this.readStoredHead();
      case STORED:
        return this.store();
      case TABLE_HEAD:
        return this.readTableHead();
      case ORDER:
        return this.readOrder();
      case LENGTHS:
        return this.readLengths();
      case REPEAT:
        return this.repeat();
      case SYMBOLS:
        return this.readSymbols();
      case LENGTH_EXTRA:
        return this.readLengthExtra();
      case DISTANCE:
        return this.readDistance();
      case DISTANCE_EXTRA:
        return this.readDistanceExtra();
      case COPY:
        return this.copy();
      default:
        return false;
    }
  }

  /** Whether there are `count` (at most 16) bits; takes bytes of the input for them. */
  private has(count: number): boolean {
    while (this.bitCount < count && this.at < this.to) {
      this.bits |= (this.input[this.at] as number) << this.bitCount;
      this.bitCount += 8;
      this.at += 1;
    }
    return this.bitCount >= count;
  }

  /** Takes `count` bits that are there. */
  private take(count: number): number {
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.bitCount -= count;
    return value;
  }

  /** The symbol of the code that comes next; below 0 when more input is needed. */
  private takeSymbol(code: HuffmanCode): number {
    this.has(CODE_MAX_BITS);
    const { table } = code;
    let entry = table[this.bits & (table.length - 1)] as number;
    if (entry === 0 || (entry & 15) > this.bitCount) entry = code.find(this.bits, this.bitCount);
    if (entry === NEED_MORE) return -1;
    if (entry < 0) fail("bits that are no code");
    this.take(entry & 15);
    return entry >> 4;
  }

  private readBlockHead(): boolean {
    if (this.isLast) {
      this.state = DONE;
      return false;
    }
    if (!this.has(3)) return false;
    this.isLast = this.take(1) === 1;
    const type = this.take(2);
    if (type === 0) {
      this.take(this.bitCount & 7);
      this.state = STORED_LENGTH;
    } else if (type === 1) {
      this.useFixedCodes();
    } else if (type === 2) {
      this.state = TABLE_HEAD;
    } else {
      fail("a block of no type");
    }
    return true;
  }

  private readStoredHead(): boolean {
    if (!this.has(16)) return false;
    if (this.state === STORED_LENGTH) {
      this.copyLeft = this.take(16);
      this.state = STORED_CHECK;
      return true;
    }
    if (this.take(16) !== (this.copyLeft ^ 0xffff)) fail("a stored block of two lengths");
    this.state = STORED;
    return true;
  }

  private store(): boolean {
    while (this.copyLeft > 0 && this.end < WINDOW_BYTES) {
      if (!this.has(8)) return false;
      this.give(this.take(8));
      this.copyLeft -= 1;
    }
    if (this.copyLeft === 0) this.state = BLOCK_HEAD;
    return true;
  }

  private give(byte: number): void {
    if (this.left === 0) failLonger();
    this.window[this.end] = byte;
    this.end += 1;
    this.left -= 1;
    this.made += 1;
  }

  private useFixedCodes(): void {
    const { lengths } = this;
    lengths.fill(8, 0, 144);
    lengths.fill(9, 144, 256);
    lengths.fill(7, 256, 280);
    lengths.fill(8, 280, FIXED_LITERALS);
    this.literals.build(lengths, 0, FIXED_LITERALS, false);
    lengths.fill(5, 0, DISTANCES + 2);
    this.distances.build(lengths, 0, DISTANCES + 2, false);
    this.state = SYMBOLS;
  }

  private readTableHead(): boolean {
    if (!this.has(14)) return false;
    this.literalCount = this.take(5) + 257;
    this.distanceCount = this.take(5) + 1;
    this.orderCount = this.take(4) + 4;
    if (this.literalCount > LITERALS || this.distanceCount > DISTANCES) fail("too many codes");
    this.lengths.fill(0, 0, lengthOrder.length);
    this.known = 0;
    this.state = ORDER;
    return true;
  }

  private readOrder(): boolean {
    while (this.known < this.orderCount) {
      if (!this.has(3)) return false;
      this.lengths[lengthOrder[this.known] as number] = this.take(3);
      this.known += 1;
    }
    if (!this.distances.build(this.lengths, 0, lengthOrder.length, false)) {
      fail("lengths that make no code");
    }
    this.known = 0;
    this.state = LENGTHS;
    return true;
  }

  private readLengths(): boolean {
    const total = this.literalCount + this.distanceCount;
    while (this.known < total) {
      const symbol = this.takeSymbol(this.distances);
      if (symbol < 0) return false;
      if (symbol > 15) {
        this.symbol = symbol - 16;
        this.state = REPEAT;
        return true;
      }
      this.lengths[this.known] = symbol;
      this.known += 1;
    }
    this.useOwnCodes();
    return true;
  }

  private repeat(): boolean {
    const extra = repeatBits[this.symbol] as number;
    if (!this.has(extra)) return false;
    const end = this.known + (repeatBases[this.symbol] as number) + this.take(extra);
    if (end > this.literalCount + this.distanceCount) fail("more lengths than codes");
    if (this.symbol === 0 && this.known === 0) fail("a repetition of nothing");
    const length = this.symbol === 0 ? (this.lengths[this.known - 1] as number) : 0;
    this.lengths.fill(length, this.known, end);
    this.known = end;
    this.state = LENGTHS;
    return true;
  }

  private useOwnCodes(): void {
    const { lengths, literalCount } = this;
    if (lengths[END_OF_BLOCK] === 0) fail("a block without an end");
    const isWhole =
      this.literals.build(lengths, 0, literalCount, true) &&
      this.distances.build(lengths, literalCount, this.distanceCount, true);
    if (!isWhole) fail("lengths that make no code");
    this.state = SYMBOLS;
  }

  /** Literals, up to a symbol that is none: in local variables, since most of a stream are these. */
  private readSymbols(): boolean {
    const { window, input, to } = this;
    const { table } = this.literals;
    const mask = table.length - 1;
    const first = this.end;
    let { at, bits, bitCount, end } = this;
    let symbol = -1;
    while (end < WINDOW_BYTES) {
      while (bitCount < CODE_MAX_BITS && at < to) {
        bits |= (input[at] as number) << bitCount;
        bitCount += 8;
        at += 1;
      }
      let entry = table[bits & mask] as number;
      if (entry === 0 || (entry & 15) > bitCount) entry = this.literals.find(bits, bitCount);
      if (entry === NEED_MORE) break;
      if (entry < 0) fail("bits that are no code");
      bits >>>= entry & 15;
      bitCount -= entry & 15;
      symbol = entry >> 4;
      if (symbol >= END_OF_BLOCK) break;
      window[end] = symbol;
      end += 1;
    }
    this.at = at;
    this.bits = bits;
    this.bitCount = bitCount;
    this.end = end;
    this.count(end - first);
    return symbol >= END_OF_BLOCK && this.leaveLiterals(symbol);
  }

  /** `bytes` have gone into the window. */
  private count(bytes: number): void {
    if (bytes > this.left) failLonger();
    this.left -= bytes;
    this.made += bytes;
  }

  private leaveLiterals(symbol: number): boolean {
    if (symbol === END_OF_BLOCK) {
      this.state = BLOCK_HEAD;
      return true;
    }
    this.symbol = symbol - END_OF_BLOCK - 1;
    if (this.symbol >= lengthBases.length) fail("a length of no meaning");
    this.state = LENGTH_EXTRA;
    return this.readLengthExtra();
  }

  private readLengthExtra(): boolean {
    const extra = lengthBits[this.symbol] as number;
    if (!this.has(extra)) return false;
    this.copyLeft = (lengthBases[this.symbol] as number) + this.take(extra);
    this.state = DISTANCE;
    return this.readDistance();
  }

  private readDistance(): boolean {
    this.symbol = this.takeSymbol(this.distances);
    if (this.symbol < 0) return false;
    if (this.symbol >= DISTANCES) fail("a distance of no meaning");
    this.state = DISTANCE_EXTRA;
    return this.readDistanceExtra();
  }

  private readDistanceExtra(): boolean {
    const extra = this.symbol < 4 ? 0 : (this.symbol >> 1) - 1;
    if (!this.has(extra)) return false;
    this.distance = (distanceBases[this.symbol] as number) + this.take(extra);
    if (this.distance > this.made) fail("a reference to before the start");
    if (this.distance > WINDOW_BYTES) fail(`a distance of ${this.distance}, beyond the window`);
    this.state = COPY;
    return this.copy();
  }

  private copy(): boolean {
    const { window, end } = this;
    const count = Math.min(this.copyLeft, WINDOW_BYTES - end);
    this.count(count);
    const stop = end + count;
    let from = (end - this.distance) & (WINDOW_BYTES - 1);
    if (count <= this.distance && from + count <= WINDOW_BYTES) {
      window.copyWithin(end, from, from + count);
    } else {
      for (let to = end; to < stop; to++) {
        window[to] = window[from] as number;
        from = (from + 1) & (WINDOW_BYTES - 1);
      }
    }
    this.end = stop;
    this.copyLeft -= count;
    if (this.copyLeft === 0) this.state = SYMBOLS;
    return true;
  }
}

function failLonger(): never {
  fail("longer than the chunk length");
}

function fail(said: string): never {
  throw new Failure("PATCH_DEFLATE", said);
}
