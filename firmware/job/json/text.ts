import {
  encodePoint,
  followingCount,
  highestSecondByte,
  lowestSecondByte,
  replacement,
} from "../../utf8.ts";
import type { ByteSink } from "./byte-sink.ts";

const quote = 0x22;
const backslash = 0x5c;

// What the next byte is. Numbers, because they are compared for each one.
const character = 0;
const escaped = 1;
const hexDigit = 2;
const continuation = 3;
const ended = 4;
const broken = 5;

/**
 * A JSON string from behind its opening quote to its closing one, in any pieces: checks it (RFC
 * 8259, 7, and RFC 3629) and gives the text that it stands for to a sink, as UTF-8.
 *
 * A surrogate escape without its other half is JSON, but no text: it becomes U+FFFD.
 */
export class JsonText {
  private readonly sink: ByteSink;
  private next = character;
  /** Of a `\u` escape: what its digits gave, and how many are to come. */
  private unit = 0;
  private digitsLeft = 0;
  /** The high surrogate of an escape whose low one may follow; 0 where there is none. */
  private high = 0;
  /** Of a UTF-8 sequence: bytes to come, and the range of the next one. */
  private bytesLeft = 0;
  private lowest = 0;
  private highest = 0;
  private readonly encoded = new Uint8Array(4);

  constructor(sink: ByteSink) {
    this.sink = sink;
  }

  begin(): void {
    this.next = character;
    this.high = 0;
  }

  isEnded(): boolean {
    return this.next === ended;
  }

  isBroken(): boolean {
    return this.next === broken;
  }

  /** @returns the index behind what was taken: all, or as far as the closing quote or an error */
  take(bytes: Uint8Array, from: number, to: number): number {
    let index = from;
    while (index < to && this.next < ended) {
      const end = this.next === character ? plainEnd(bytes, index, to) : index;
      if (end > index) {
        this.endSurrogate();
        this.sink.add(bytes, index, end);
        index = end;
      } else {
        this.takeByte(bytes[index] as number);
        index += 1;
      }
    }
    return index;
  }

  private takeByte(byte: number): void {
    if (this.next === continuation) this.takeContinuation(byte);
    else if (this.next === escaped) this.takeEscaped(byte);
    else if (this.next === hexDigit) this.takeHexDigit(byte);
    else if (byte === backslash) this.next = escaped;
    else if (byte === quote) this.end();
    else this.takeLead(byte);
  }

  private end(): void {
    this.endSurrogate();
    this.next = ended;
  }

  /** Control characters, too, come here: they lead nothing. */
  private takeLead(byte: number): void {
    this.bytesLeft = followingCount(byte);
    if (this.bytesLeft === 0) {
      this.next = broken;
      return;
    }
    this.endSurrogate();
    this.sink.addByte(byte);
    this.lowest = lowestSecondByte(byte);
    this.highest = highestSecondByte(byte);
    this.next = continuation;
  }

  private takeContinuation(byte: number): void {
    if (byte < this.lowest || byte > this.highest) {
      this.next = broken;
      return;
    }
    this.sink.addByte(byte);
    this.lowest = 0x80;
    this.highest = 0xbf;
    this.bytesLeft -= 1;
    if (this.bytesLeft === 0) this.next = character;
  }

  private takeEscaped(byte: number): void {
    if (byte === 0x75) {
      this.unit = 0;
      this.digitsLeft = 4;
      this.next = hexDigit;
      return;
    }
    const meant = meaningOf(byte);
    if (meant < 0) {
      this.next = broken;
      return;
    }
    this.endSurrogate();
    this.sink.addByte(meant);
    this.next = character;
  }

  private takeHexDigit(byte: number): void {
    const value = hexValue(byte);
    if (value < 0) {
      this.next = broken;
      return;
    }
    this.unit = this.unit * 16 + value;
    this.digitsLeft -= 1;
    if (this.digitsLeft > 0) return;
    this.next = character;
    this.takeUnit(this.unit);
  }

  private takeUnit(unit: number): void {
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    if (isLow && this.high !== 0) {
      const point = 0x10000 + (this.high - 0xd800) * 0x400 + (unit - 0xdc00);
      this.high = 0;
      this.addPoint(point);
      return;
    }
    this.endSurrogate();
    if (unit >= 0xd800 && unit <= 0xdbff) this.high = unit;
    else this.addPoint(isLow ? replacement : unit);
  }

  /** The low half did not follow. */
  private endSurrogate(): void {
    if (this.high === 0) return;
    this.high = 0;
    this.addPoint(replacement);
  }

  private addPoint(point: number): void {
    if (point < 0x80) this.sink.addByte(point);
    else this.sink.add(this.encoded, 0, encodePoint(point, this.encoded, 0));
  }
}

/** Index of the first byte from `from` on that is not simply a character, or `to`. */
function plainEnd(bytes: Uint8Array, from: number, to: number): number {
  let index = from;
  while (index < to) {
    const byte = bytes[index] as number;
    if (byte >= 0x80 || byte === quote || byte === backslash || byte < 0x20) break;
    index += 1;
  }
  return index;
}

/** What a byte after a backslash stands for, -1 if for nothing. */
function meaningOf(byte: number): number {
  switch (byte) {
    case 0x22: // "
    case 0x2f: // /
    case 0x5c: // \
      return byte;
    case 0x62: // b
      return 0x08;
    case 0x66: // f
      return 0x0c;
    case 0x6e: // n
      return 0x0a;
    case 0x72: // r
      return 0x0d;
    case 0x74: // t
      return 0x09;
    default:
      return -1;
  }
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}
