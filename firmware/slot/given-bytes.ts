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

  /** Adds `start` to `end` - 1; eight at a time where whole bytes of the bitmap are concerned. */
  add(start: number, end: number): void {
    const bitmap = this.bitmap;
    let offset = start;
    while (offset < end) {
      if ((offset & 7) === 0 && offset + 8 <= end) {
        bitmap[offset >> 3] = 0xff;
        offset += 8;
      } else {
        bitmap[offset >> 3] = (bitmap[offset >> 3] as number) | (1 << (offset & 7));
        offset += 1;
      }
    }
  }
}
