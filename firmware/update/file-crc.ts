import type { Crc32 } from "../ports/checksum.ts";
import { crc32 } from "../verify/crc32.ts";

/**
 * CRC-32 of the HEX file as it passes by, which can also tell the value at the start of the record
 * now being parsed: that is where a journal entry resumes, and it may lie in the chunk before.
 */
export class FileCrc {
  private readonly crc32: Crc32;
  private chunk: Uint8Array = new Uint8Array(0);
  private chunkOffset: number;
  /** CRC of the file's bytes before `offset`. */
  private offset: number;
  private value: number;
  /** CRC of the file's bytes before `recordOffset`, the last record start of the chunks before. */
  private recordOffset: number;
  private recordValue: number;

  /**
   * @param from where the CRC stands after a resume: file offset in bytes, and value
   * @param native the board's own CRC-32, if it has one
   */
  constructor(from: { readonly offset: number; readonly value: number }, native?: Crc32) {
    this.crc32 = native ?? crc32;
    this.chunkOffset = from.offset;
    this.offset = from.offset;
    this.value = from.value;
    this.recordOffset = from.offset;
    this.recordValue = from.value;
  }

  /** `bytes` (not copied) follow what came before, at file offset `offset`. */
  begin(bytes: Uint8Array, offset: number): void {
    this.chunk = bytes;
    this.chunkOffset = offset;
  }

  /** The CRC of all bytes before `recordOffset`, a record's start at or after the last one asked. */
  at(recordOffset: number): number {
    if (recordOffset <= this.recordOffset) return this.recordValue;
    this.advance(recordOffset);
    return this.value;
  }

  /** The chunk of `length` bytes is parsed; the next record starts at `recordOffset`. */
  end(length: number, recordOffset: number): void {
    if (recordOffset > this.recordOffset) {
      this.advance(recordOffset);
      this.recordOffset = recordOffset;
      this.recordValue = this.value;
    }
    this.advance(this.chunkOffset + length);
  }

  /** The CRC of all bytes so far. */
  total(): number {
    return this.value;
  }

  private advance(to: number): void {
    if (to <= this.offset) return;
    const from = this.offset - this.chunkOffset;
    this.value = this.crc32(this.value, this.chunk, from, to - this.chunkOffset);
    this.offset = to;
  }
}
