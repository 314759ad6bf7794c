import { Failure, type FailureCode } from "../failure.ts";
import type { Crc32 } from "../ports/checksum.ts";
import type { Flash } from "../ports/flash.ts";

/** Read back in pieces of this size, so that one page buffer is enough. */
const CHUNK_BYTES = 256;

/**
 * One page in memory, and the ways between it and flash, each checked by reading back.
 * Costs the page and 256 bytes. What was read back is compared by the board's CRC-32, which a thirtieth
 * of the time is enough for on XS, or else by words.
 */
export class PageBuffer {
  readonly bytes: Uint8Array;
  /** What is programmed at once: the write block, and 4 bytes at least. */
  readonly unitBytes: number;

  private readonly flash: Flash;
  private readonly crc32: Crc32 | undefined;
  private readonly words: Int32Array;
  private readonly chunk = new Uint8Array(CHUNK_BYTES);
  private readonly chunkWords = new Int32Array(this.chunk.buffer);
  private readonly erasedWord: number;
  private readonly erasedCrc: number;

  /** @param crc32 the board's own, if it has one */
  constructor(flash: Flash, crc32: Crc32 | undefined) {
    this.flash = flash;
    this.crc32 = crc32;
    this.bytes = new Uint8Array(flash.geometry.blockLength);
    this.words = new Int32Array(this.bytes.buffer);
    this.unitBytes = flash.geometry.writeAlign > 4 ? flash.geometry.writeAlign : 4;
    this.erasedWord = flash.geometry.eraseValue === 0 ? 0 : -1;
    this.chunk.fill(flash.geometry.eraseValue);
    this.erasedCrc = crc32 === undefined ? 0 : crc32(0, this.chunk, 0, CHUNK_BYTES);
  }

  /** Makes the buffer an erased page. */
  clear(): void {
    this.bytes.fill(this.flash.geometry.eraseValue);
  }

  /**
   * Copies `words` to byte `offset`, a multiple of 4.
   * XS copies typed arrays element by element: by words that is a quarter of the work.
   */
  putWords(words: Int32Array, offset: number): void {
    this.words.set(words, offset >> 2);
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
      if (this.isUnitBlank(at)) return at;
      at += this.unitBytes;
    }
    return this.bytes.byteLength;
  }

  /** Of the buffer. */
  private isUnitBlank(at: number): boolean {
    const end = (at + this.unitBytes) >> 2;
    for (let word = at >> 2; word < end; word++) {
      if (this.words[word] !== this.erasedWord) return false;
    }
    return true;
  }

  private verify(pageIndex: number): void {
    const start = this.startOf(pageIndex);
    for (let at = 0; at < this.bytes.byteLength; at += CHUNK_BYTES) {
      this.flash.read(this.chunk, start + at);
      if (!this.isChunkEqual(at)) this.fail("FLASH_WRITE", pageIndex);
    }
  }

  private isChunkErased(): boolean {
    const { crc32, chunkWords: words, erasedWord: erased } = this;
    if (crc32 !== undefined) return crc32(0, this.chunk, 0, CHUNK_BYTES) === this.erasedCrc;
    for (let at = 0; at < CHUNK_BYTES / 4; at += 4) {
      const first = ((words[at] as number) ^ erased) | ((words[at + 1] as number) ^ erased);
      const second = ((words[at + 2] as number) ^ erased) | ((words[at + 3] as number) ^ erased);
      if ((first | second) !== 0) return false;
    }
    return true;
  }

  /** Whether the chunk read from `offset` in the page is what the buffer has there. */
  private isChunkEqual(offset: number): boolean {
    const { crc32, words, chunkWords } = this;
    if (crc32 !== undefined) {
      const found = crc32(0, this.chunk, 0, CHUNK_BYTES);
      return found === crc32(0, this.bytes, offset, offset + CHUNK_BYTES);
    }
    let other = offset >> 2;
    for (let at = 0; at < CHUNK_BYTES / 4; at += 2) {
      const first = (chunkWords[at] as number) ^ (words[other] as number);
      const second = (chunkWords[at + 1] as number) ^ (words[other + 1] as number);
      if ((first | second) !== 0) return false;
      other += 2;
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
