/** Which bytes of a page the file has given, one bit a byte: 512 bytes for a page of 4096. */
export class GivenBytes {
  private readonly bitmap: Uint8Array;

  constructor(pageBytes: number) {
    this.bitmap = new Uint8Array(pageBytes / 8);
  }

  clear(): void {
    this.bitmap.fill(0);
  }

  has(offset: number): boolean {
    return ((this.bitmap[offset >> 3] as number) & (1 << (offset & 7))) !== 0;
  }

  /** Whether any of `start` to `end` - 1 was given. */
  hasAny(start: number, end: number): boolean {
    for (let offset = start; offset < end; offset += 1) {
      if (this.has(offset)) return true;
    }
    return false;
  }

  /** Adds `start` to `end` - 1; natively where whole bytes of the bitmap are concerned. */
  add(start: number, end: number): void {
    const firstWhole = (start + 7) >> 3;
    const endWhole = end >> 3;
    if (firstWhole >= endWhole) {
      this.addEach(start, end);
      return;
    }
    this.addEach(start, firstWhole << 3);
    this.bitmap.fill(0xff, firstWhole, endWhole);
    this.addEach(endWhole << 3, end);
  }

  private addEach(start: number, end: number): void {
    const bitmap = this.bitmap;
    for (let offset = start; offset < end; offset += 1) {
      bitmap[offset >> 3] = (bitmap[offset >> 3] as number) | (1 << (offset & 7));
    }
  }
}
