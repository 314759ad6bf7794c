import { digits, NOT_A_DIGIT } from "./digits.ts";
import { hexByte, Place } from "./place.ts";
import { HexRecord, RECORD_MAX_CHARS } from "./record.ts";

/** The start of a record and the base in force there: enough to parse on from it. */
export interface HexPosition {
  /** Byte offset in the file. */
  readonly offset: number;
  /** 1-based. */
  readonly line: number;
  /** What a record's load offset is added to, 0 to 2^32 - 1. */
  readonly base: number;
  /** The base is of a type 02 record (data wraps at 64 KB) and not of a type 04 one. */
  readonly segmented: boolean;
}

/** Where execution starts; kept as information, MCUboot has no use for it. */
export interface StartAddress {
  readonly kind: "segmented" | "linear";
  /** EIP, or CS << 16 | IP. */
  readonly value: number;
}

/**
 * `length` (1 to 255) data bytes for `address`, `address + length` at most 2^32. `bytes` is one
 * buffer of 255 bytes, the same at every call: take what you need before you return.
 */
export type OnData = (address: number, bytes: Uint8Array, length: number) => void;

/** The longest record, in whole words. */
const CARRY_BYTES = (RECORD_MAX_CHARS + 3) & ~3;

const COLON = 0x3a;
const CR = 0x0d;
const LF = 0x0a;

const DATA = 0;
const END_OF_FILE = 1;
const EXTENDED_SEGMENT_ADDRESS = 2;
const START_SEGMENT_ADDRESS = 3;
const EXTENDED_LINEAR_ADDRESS = 4;
const START_LINEAR_ADDRESS = 5;

/** Up to here an integer on XS, and far enough from the last address for every record. */
const NEAR_BASE_MAX = 0x7fffffff;

/** Data bytes of the types other than data. */
const lengthOfType: readonly number[] = Object.freeze([-1, 0, 2, 4, 2, 4]);

/**
 * Streaming parser of Intel HEX (Intel, "Hexadecimal Object File Format Specification", Rev. A,
 * 1988). Records may be cut anywhere into chunks; each is decoded in one go once it is whole, and
 * delivered only if its checksum is right. Lines end with CR, LF, CRLF or not at all; empty lines
 * are no error.
 *
 * Costs 784 bytes of buffers; nothing is allocated per record, and per chunk at most two views.
 */
export class HexParser {
  /** The last start address record, if one came since this parser was made. */
  startAddress: StartAddress | undefined;

  private readonly onData: OnData;
  private readonly place: Place;
  private readonly record: HexRecord;
  /** What came last outside of records: CR or LF; COLON stands for a record. */
  private previous = LF;
  private ended = false;
  private base: number;
  private segmented: boolean;
  /** No record's data wraps, nor comes near the last address. */
  private isNear: boolean;
  /** File offset in bytes of the chunk's start. */
  private chunkOffset: number;
  /** The caller's buffer, and as words as far as there are whole ones. */
  private text: Uint8Array;
  private textWords: Int32Array;
  private wordsEnd = CARRY_BYTES;
  /** Characters of a record whose end is in a later chunk, and how many. */
  private readonly carry = new Uint8Array(CARRY_BYTES);
  private readonly carryWords = new Int32Array(this.carry.buffer);
  private carried = 0;

  /** @param from where to go on (`position()` of an earlier parser); the start if undefined */
  constructor(onData: OnData, from?: HexPosition) {
    this.onData = onData;
    this.startAddress = undefined;
    this.chunkOffset = from === undefined ? 0 : from.offset;
    this.base = from === undefined ? 0 : from.base;
    this.segmented = from === undefined ? false : from.segmented;
    this.isNear = this.judgeBase();
    this.text = this.carry;
    this.textWords = this.carryWords;
    this.place = new Place(this.chunkOffset, from === undefined ? 1 : from.line);
    this.record = new HexRecord(this.place);
  }

  /** File offset in bytes of the record being parsed, or of the last one. */
  get recordOffset(): number {
    return this.place.recordOffset;
  }

  /**
   * The record being parsed; inside `onData`, the one being delivered. A parser that goes on from
   * here parses that record again. Allocates the answer.
   */
  position(): HexPosition {
    return {
      offset: this.place.recordOffset,
      line: this.place.line,
      base: this.base,
      segmented: this.segmented,
    };
  }

  /**
   * Takes the file's next bytes, `bytes[0..length)`. Throws HEX_… failures, SLOT_ADDRESS for data
   * beyond 2^32, and what `onData` throws; this parser is then of no more use.
   */
  push(bytes: Uint8Array, length: number): void {
    if (bytes !== this.text) this.lookAt(bytes);
    let at = this.carried > 0 ? this.complete(bytes, length) : 0;
    const { place, chunkOffset, textWords, onData } = this;
    const { words, data } = this.record;
    const wordsEnd = length < this.wordsEnd ? length : this.wordsEnd;
    // What almost all of a file is, right data records and line feeds, is done here: calls are dear.
    while (at < length) {
      const character = bytes[at] as number;
      if (character === LF && this.previous === COLON) {
        place.line += 1;
        this.previous = LF;
        at += 1;
      } else if (character === COLON && !this.ended) {
        place.recordOffset = chunkOffset + at;
        const end = words.decode(textWords, at + 1, wordsEnd);
        const head = words.head;
        if (end > 0 && head >> 24 === DATA && (head & 0xff) > 0 && this.isNear) {
          this.previous = COLON;
          onData(this.base + ((head & 0xff00) | ((head >> 16) & 0xff)), data, head & 0xff);
          at = end;
        } else if (end > 0) {
          this.record.takeHead();
          this.take();
          at = end;
        } else at = this.parseBytes(bytes, at, length);
      } else {
        this.between(character, chunkOffset + at);
        at += 1;
      }
    }
    this.chunkOffset += length;
  }

  /** The file has ended. Throws HEX_NO_EOF unless the end-of-file record was its last. */
  end(): void {
    if (this.carried > 0) {
      this.record.refuseBadDigit(this.carry, 0, this.carried);
      this.place.fail("HEX_NO_EOF", this.chunkOffset, "the file ends inside a record");
    }
    if (!this.ended) this.place.fail("HEX_NO_EOF", this.chunkOffset, "no end-of-file record");
  }

  private lookAt(bytes: Uint8Array): void {
    const isAligned = (bytes.byteOffset & 3) === 0;
    this.text = bytes;
    this.wordsEnd = isAligned ? bytes.byteLength & ~3 : 0;
    const start = isAligned ? bytes.byteOffset : 0;
    this.textWords = new Int32Array(bytes.buffer, start, this.wordsEnd >> 2);
  }

  /** By a view of `bytes`: a copy in JavaScript would cost as much as decoding what it copies. */
  private carryOver(bytes: Uint8Array, start: number, end: number): void {
    this.carry.set(bytes.subarray(start, end), this.carried);
    this.carried += end - start;
  }

  /** What is not by words: cut off, on no word's boundary, or wrong. @returns index after it */
  private parseBytes(text: Uint8Array, start: number, length: number): number {
    const end = this.record.findEnd(text, start, length);
    if (end > length) {
      this.carryOver(text, start, length);
      return length;
    }
    this.record.decode(text, start, end);
    this.record.words.tryOtherCase();
    this.take();
    return end;
  }

  /** Adds to the carried record and parses it when it is whole. @returns the bytes used */
  private complete(bytes: Uint8Array, length: number): number {
    const { record, carry } = this;
    let needed = record.findEnd(carry, 0, this.carried);
    let at = 0;
    while (this.carried < needed) {
      if (at === length) return at;
      const lacking = needed - this.carried;
      const end = at + lacking < length ? at + lacking : length;
      this.carryOver(bytes, at, end);
      at = end;
      needed = record.findEnd(carry, 0, this.carried);
    }
    this.carried = 0;
    if (record.words.decode(this.carryWords, 1, needed) > 0) record.takeHead();
    else record.decode(carry, 0, needed);
    this.take();
    return at;
  }

  private take(): void {
    const { record } = this;
    this.previous = COLON;
    if (record.type === DATA) this.deliver(record.offset, record.length);
    else this.interpret(record);
  }

  /** Past offset 0xFFFF a segmented one goes on at the segment's start; a linear one runs on. */
  private deliver(offset: number, length: number): void {
    if (length === 0) return;
    const data = this.record.data;
    const beyond = offset + length - 0x10000;
    if (beyond <= 0 || !this.segmented) {
      if (this.base + offset + length > 0x100000000) {
        this.place.failRecord("SLOT_ADDRESS", "data runs past the last 32-bit address");
      }
      this.onData(this.base + offset, data, length);
      return;
    }
    this.onData(this.base + offset, data, length - beyond);
    data.copyWithin(0, length - beyond, length);
    this.onData(this.base, data, beyond);
  }

  private interpret(record: HexRecord): void {
    this.checkForm(record);
    switch (record.type) {
      case END_OF_FILE:
        this.ended = true;
        break;
      case EXTENDED_SEGMENT_ADDRESS:
        this.base = record.field(2) * 0x10;
        this.segmented = true;
        this.isNear = this.judgeBase();
        break;
      case EXTENDED_LINEAR_ADDRESS:
        this.base = record.field(2) * 0x10000;
        this.segmented = false;
        this.isNear = this.judgeBase();
        break;
      case START_SEGMENT_ADDRESS:
        this.startAddress = { kind: "segmented", value: record.field(4) };
        break;
      case START_LINEAR_ADDRESS:
        this.startAddress = { kind: "linear", value: record.field(4) };
        break;
    }
  }

  private judgeBase(): boolean {
    return !this.segmented && this.base <= NEAR_BASE_MAX;
  }

  /** A load offset must be 0000 in all but data; EOF's is let be, it once was the start address. */
  private checkForm(record: HexRecord): void {
    const type = record.type;
    const expected = lengthOfType[type];
    const name = `type ${hexByte(type)}`;
    if (expected === undefined) this.place.failRecord("HEX_TYPE", name);
    if (record.length !== expected) {
      const said = `${name} with ${record.length} data bytes, not ${expected}`;
      this.place.failRecord("HEX_LENGTH", said);
    }
    if (record.offset !== 0 && type !== END_OF_FILE) {
      const said = `${name} with load offset 0x${record.offset.toString(16)}`;
      this.place.failRecord("HEX_OFFSET", said);
    }
  }

  /** Outside of records there are line ends, and nothing else. */
  private between(character: number, offset: number): void {
    if (character === LF || character === CR) {
      if (character === CR || this.previous !== CR) this.place.line += 1;
      this.previous = character;
      return;
    }
    const said = `character ${hexByte(character)}`;
    if (this.ended) this.place.fail("HEX_AFTER_EOF", offset, said);
    if (this.previous === COLON && digits[character] !== NOT_A_DIGIT) {
      this.place.fail("HEX_LENGTH", offset, "the record is longer than it says");
    }
    this.place.fail("HEX_START_CODE", offset, said);
  }
}
