import { Failure, type FailureCode } from "../failure.ts";
import type { Flash } from "../ports/flash.ts";

/** Read back in pieces of this size, so that one page buffer is enough. */
const CHUNK_BYTES = 256;

/**
 * One page in memory, and the ways between it and flash, each checked by reading back.
 * Costs the page and 256 bytes. Words are compared, for speed on XS.
 */
export class PageBuffer {
  readonly bytes: Uint8Array;
  /** What is programmed at once: the write block, and 4 bytes at least. */
  readonly unitBytes: number;

  private readonly flash: Flash;
  private readonly words: Int32Array;
  private readonly chunk = new Uint8Array(CHUNK_BYTES);
  private readonly chunkWords = new Int32Array(this.chunk.buffer);
  private readonly erasedWord: number;

  constructor(flash: Flash) {
    this.flash = flash;
    this.bytes = new Uint8Array(flash.geometry.blockLength);
    this.words = new Int32Array(this.bytes.buffer);
    this.unitBytes = Math.max(flash.geometry.writeAlign, 4);
    this.erasedWord = flash.geometry.eraseValue === 0 ? 0 : -1;
  }

  /** Makes the buffer an erased page. */
  clear(): void {
    this.bytes.fill(this.flash.geometry.eraseValue);
  }

  load(pageIndex: number): void {
    this.flash.read(this.bytes, this.startOf(pageIndex));
  }

  isErased(pageIndex: number): boolean {
    const start = this.startOf(pageIndex);
    for (let at = 0; at < this.bytes.byteLength; at += CHUNK_BYTES) {
      this.flash.read(this.chunk, start + at);
      if (!this.isChunkErased()) return false;
    }
    return true;
  }

  /** Erases the page in flash. Throws FLASH_ERASE. */
  erase(pageIndex: number): void {
    this.flash.eraseBlock(pageIndex);
    if (!this.isErased(pageIndex)) this.fail("FLASH_ERASE", pageIndex);
  }

  /** Whether flash holds nothing yet in the unit that byte `offset` of the page belongs to. */
  isUnitErased(pageIndex: number, offset: number): boolean {
    const unit = this.chunk.subarray(0, this.unitBytes);
    this.flash.read(unit, this.startOf(pageIndex) + offset - (offset % this.unitBytes));
    for (const byte of unit) {
      if (byte !== this.flash.geometry.eraseValue) return false;
    }
    return true;
  }

  /**
   * Programs an erased page: neighbouring units in one write, and none that stay erased.
   * Throws FLASH_WRITE.
   */
  program(pageIndex: number): void {
    let from = this.findData(0);
    while (from < this.bytes.byteLength) {
      const end = this.findBlank(from);
      this.write(pageIndex, from, end);
      from = this.findData(end);
    }
    this.verify(pageIndex);
  }

  /** Programs those units of a written page that are still erased in flash. Throws FLASH_WRITE. */
  programMore(pageIndex: number): void {
    for (let at = 0; at < this.bytes.byteLength; at += this.unitBytes) {
      const isData = this.findData(at) === at;
      if (isData && this.isUnitErased(pageIndex, at))
        this.write(pageIndex, at, at + this.unitBytes);
    }
    this.verify(pageIndex);
  }

  private write(pageIndex: number, from: number, end: number): void {
    this.flash.write(this.bytes.subarray(from, end), this.startOf(pageIndex) + from);
  }

  /** Start of the first unit at or after `from` that holds data, or the page's length. */
  private findData(from: number): number {
    const words = this.words;
    const erased = this.erasedWord;
    let word = from >> 2;
    while (words[word] === erased) word += 1;
    return word * 4 - ((word * 4) % this.unitBytes);
  }

  /** Start of the first wholly erased unit at or after `from`, a unit's start, or the page's length. */
  findBlank(from: number): number {
    let at = from;
    while (at < this.bytes.byteLength) {
      const erasedWord = this.words.indexOf(this.erasedWord, at >> 2);
      if (erasedWord < 0) break;
      at = erasedWord * 4 - ((erasedWord * 4) % this.unitBytes);
      if (this.findData(at) !== at) return at;
      at += this.unitBytes;
    }
    return this.bytes.byteLength;
  }

  private verify(pageIndex: number): void {
    const start = this.startOf(pageIndex);
    for (let at = 0; at < this.bytes.byteLength; at += CHUNK_BYTES) {
      this.flash.read(this.chunk, start + at);
      if (!this.isChunkEqual(at)) this.fail("FLASH_WRITE", pageIndex);
    }
  }

  private isChunkErased(): boolean {
    const words = this.chunkWords;
    const erased = this.erasedWord;
    for (let word = 0; word < CHUNK_BYTES / 4; word++) {
      if (words[word] !== erased) return false;
    }
    return true;
  }

  /** Whether the chunk read from `offset` in the page is what the buffer has there. */
  private isChunkEqual(offset: number): boolean {
    const words = this.words;
    const chunkWords = this.chunkWords;
    let other = offset >> 2;
    for (let word = 0; word < CHUNK_BYTES / 4; word++) {
      if (chunkWords[word] !== words[other]) return false;
      other += 1;
    }
    return true;
  }

  private startOf(pageIndex: number): number {
    return pageIndex * this.bytes.byteLength;
  }

  private fail(code: FailureCode, pageIndex: number): never {
    throw new Failure(code, `page ${pageIndex} at 0x${this.startOf(pageIndex).toString(16)}`);
  }
}
