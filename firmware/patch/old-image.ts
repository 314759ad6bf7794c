import type { Flash } from "../ports/flash.ts";

/** Bytes read at once. */
export const BLOCK_BYTES = 256;

/** Bytes of the running image, a block at a time; nothing outside of it is read. */
export class OldImage {
  /** What `load` has brought: the offset of its first byte, and how many are of the image. */
  readonly block: Uint8Array;
  start = 0;
  private length = 0;
  /** Of the image; may be set as long as nothing is loaded. */
  byteLength = 0;
  private readonly primary: Flash;

  /** @param block of `BLOCK_BYTES` */
  constructor(primary: Flash, block: Uint8Array) {
    this.primary = primary;
    this.block = block;
  }

  /**
   * Has `block` hold the byte at `offset`, which lies in the image. Throws FLASH_READ.
   * @returns how many of the image's bytes it holds from there on
   */
  load(offset: number): number {
    const at = offset - this.start;
    if (at >= 0 && at < this.length) return this.length - at;
    this.start = offset - (offset % BLOCK_BYTES);
    this.length = Math.min(BLOCK_BYTES, this.byteLength - this.start);
    const isWhole = this.length === BLOCK_BYTES;
    this.primary.read(isWhole ? this.block : this.block.subarray(0, this.length), this.start);
    return this.start + this.length - offset;
  }
}
