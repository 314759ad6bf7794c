import type { FlashGeometry } from "../ports/flash.ts";

/** A set of pages of one slot as a bitmap, one bit a page: 32 bytes for 256 pages. */
export class PageSet {
  /** Bit `index & 7` of byte `index >> 3`. */
  readonly bitmap: Uint8Array;

  constructor(geometry: FlashGeometry, from?: Uint8Array) {
    this.bitmap = new Uint8Array(Math.ceil(geometry.byteLength / geometry.blockLength / 8));
    if (from !== undefined) this.bitmap.set(from.subarray(0, this.bitmap.byteLength));
  }

  has(pageIndex: number): boolean {
    return ((this.bitmap[pageIndex >> 3] as number) & (1 << (pageIndex & 7))) !== 0;
  }

  add(pageIndex: number): void {
    this.bitmap[pageIndex >> 3] = (this.bitmap[pageIndex >> 3] as number) | (1 << (pageIndex & 7));
  }
}
