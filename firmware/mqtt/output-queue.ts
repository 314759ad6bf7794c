import { assert } from "../assert.ts";
import { encodeUtf8Into, utf8Length } from "../utf8.ts";

/**
 * Bytes on their way to a socket that takes only so many at a time: one buffer of fixed size,
 * allocated once. What does not fit is refused whole, for the caller to keep or to give up.
 */
export class OutputQueue {
  private readonly bytes: Uint8Array;
  private start = 0;
  private end = 0;

  /** @param capacity in bytes: what the queue costs */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Bytes that wait. */
  length(): number {
    return this.end - this.start;
  }

  appendByte(byte: number): boolean {
    if (!this.makeRoom(1)) return false;
    this.bytes[this.end] = byte;
    this.end += 1;
    return true;
  }

  appendBytes(bytes: Uint8Array): boolean {
    if (!this.makeRoom(bytes.length)) return false;
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
    return true;
  }

  appendText(text: string): boolean {
    if (!this.makeRoom(utf8Length(text))) return false;
    this.end = encodeUtf8Into(text, this.bytes, this.end);
    return true;
  }

  /** Takes back what was appended since the queue was `length` bytes long. */
  truncate(length: number): void {
    assert(length <= this.length(), "a queue is truncated, not grown");
    this.end = this.start + length;
  }

  /** The first bytes, at most `byteCount`; a view, good until the next append. */
  peek(byteCount: number): Uint8Array {
    return this.bytes.subarray(this.start, Math.min(this.end, this.start + byteCount));
  }

  drop(byteCount: number): void {
    assert(byteCount <= this.length(), "no more is dropped than waits");
    this.start += byteCount;
    if (this.start === this.end) this.clear();
  }

  clear(): void {
    this.start = 0;
    this.end = 0;
  }

  private makeRoom(byteCount: number): boolean {
    if (this.end + byteCount <= this.bytes.length) return true;
    if (this.length() + byteCount > this.bytes.length) return false;
    this.bytes.set(this.bytes.subarray(this.start, this.end), 0);
    this.end -= this.start;
    this.start = 0;
    return true;
  }
}
