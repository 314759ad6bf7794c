import { assert } from "../assert.ts";
import { config } from "../config.ts";
import { malformed } from "./odd-answer.ts";

type State = "data" | "size" | "extension" | "data-end" | "trailer" | "trailer-line" | "end";

const lf = 0x0a;
const cr = 0x0d;
/** Eight digits name chunks up to 4 GB; no more are taken, leading zeros or not. */
const sizeDigitsMax = 8;

/**
 * Takes the framing off a body, in place: of known length (RFC 9112, 6.2) or chunked (7.1), with
 * chunk extensions and trailers passed over. Throws HTTP_RESPONSE for what breaks the framing, for
 * a chunk line beyond `config.headerLineMaxBytes` and for trailers beyond `config.headerMaxBytes`.
 */
export class Body {
  /** Where the data lies that `read` has just passed. */
  dataFrom = 0;
  dataLength = 0;

  private state: State = "end";
  private chunked = false;
  /** Data bytes left of the body, or of the chunk. */
  private left = 0;
  private sizeDigits = 0;
  /** Bytes of the chunk line, or of all trailers. */
  private framingBytes = 0;

  get ended(): boolean {
    return this.state === "end";
  }

  /** @param length bytes of the body, at least 1 */
  begin(length: number): void {
    assert(length > 0, "an empty body is not begun");
    this.chunked = false;
    this.left = length;
    this.state = "data";
  }

  beginChunked(): void {
    this.chunked = true;
    this.beginSize();
  }

  /**
   * Reads `bytes[from..to)` up to the end of the first run of data in it, which `dataFrom` and
   * `dataLength` then tell, or of the body.
   * @returns the index after the last byte taken
   */
  read(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    this.dataLength = 0;
    while (at < to && this.state !== "data" && this.state !== "end") {
      this.takeFraming(bytes[at] ?? 0);
      at += 1;
    }
    return this.state === "data" ? this.takeData(at, to) : at;
  }

  private takeData(from: number, to: number): number {
    const room = to - from;
    // Math.min gives a double on XS, as which it would go through the whole parser.
    const length = this.left < room ? this.left : room;
    this.dataFrom = from;
    this.dataLength = length;
    this.left -= length;
    if (this.left === 0) this.state = this.chunked ? "data-end" : "end";
    return from + length;
  }

  private takeFraming(byte: number): void {
    this.framingBytes += 1;
    switch (this.state) {
      case "size":
        this.takeSize(byte);
        break;
      case "extension":
        if (this.framingBytes > config.headerLineMaxBytes) throw malformed("chunk line too long");
        if (byte === lf) this.endSize();
        break;
      case "data-end":
        if (byte === lf) this.beginSize();
        // A CR, once, before the LF; `framingBytes` counts from the chunk line's end.
        else if (byte !== cr || this.framingBytes > 1) throw malformed("chunk longer than it says");
        break;
      default:
        this.takeTrailer(byte);
    }
  }

  private takeSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.sizeDigits += 1;
      if (this.sizeDigits > sizeDigitsMax) throw malformed("chunk size");
      this.left = this.left * 16 + digit;
      return;
    }
    if (this.sizeDigits === 0) throw malformed("chunk size");
    if (byte === lf) this.endSize();
    // `;` begins an extension; blanks before it, or before the CR, are seen in the field.
    else if (byte === 0x3b || byte === cr || byte === 0x20 || byte === 0x09) {
      this.state = "extension";
    } else throw malformed("chunk size");
  }

  private endSize(): void {
    this.framingBytes = 0;
    this.state = this.left > 0 ? "data" : "trailer";
  }

  private beginSize(): void {
    this.state = "size";
    this.left = 0;
    this.sizeDigits = 0;
    this.framingBytes = 0;
  }

  /** Trailers are lines, and an empty one ends them. */
  private takeTrailer(byte: number): void {
    if (this.framingBytes > config.headerMaxBytes) throw malformed("trailers too long");
    if (byte === lf) this.state = this.state === "trailer" ? "end" : "trailer";
    else if (byte !== cr) this.state = "trailer-line";
  }
}

/** @returns -1 for what is no hexadecimal digit */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
