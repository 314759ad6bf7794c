import { decodeUtf8 } from "../../utf8.ts";

const nothing = new Uint8Array(0);

/**
 * Stands in for the npm package `bl`, mqtt-packet's input list. Ours never holds more than one
 * buffer: the codec hands in one whole packet at a time, which is consumed before the next.
 */
class BufferList {
  length = 0;
  private bytes: Uint8Array = nothing;

  append(bytes: Uint8Array): void {
    if (this.length !== 0) throw new Error("one packet at a time");
    this.bytes = bytes;
    this.length = bytes.length;
  }

  consume(byteCount: number): void {
    this.length -= byteCount;
    // An empty view would keep the whole packet alive.
    this.bytes = this.length === 0 ? nothing : this.bytes.subarray(byteCount);
  }

  readUInt8(offset: number): number {
    return this.bytes[offset] ?? 0;
  }

  readUInt16BE(offset: number): number {
    return this.readUInt8(offset) * 256 + this.readUInt8(offset + 1);
  }

  slice(start: number, end: number): Uint8Array {
    return this.bytes.subarray(start, end);
  }

  toString(_encoding: "utf8", start: number, end: number): string {
    return decodeUtf8(this.bytes.subarray(start, end));
  }
}

/** The default export, because mqtt-packet calls what `require("bl")` returns. */
export default function bl(): BufferList {
  return new BufferList();
}
