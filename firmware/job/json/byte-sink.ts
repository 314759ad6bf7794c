const nowhere = new Uint8Array(0);

/** Where the bytes of a name or value go as they come: the first `maxBytes` stay, all are counted. */
export class ByteSink {
  /** How many came since `open`, whether or not they stayed. */
  byteLength = 0;
  private into: Uint8Array = nowhere;
  private start = 0;
  private maxBytes = 0;

  /** @param into has `maxBytes` from `start` on */
  open(into: Uint8Array, start: number, maxBytes: number): void {
    this.into = into;
    this.start = start;
    this.maxBytes = maxBytes;
    this.byteLength = 0;
  }

  /** From now on nothing stays. */
  discard(): void {
    this.open(nowhere, 0, 0);
  }

  add(bytes: Uint8Array, from: number, to: number): void {
    if (this.byteLength < this.maxBytes) this.keep(bytes, from, to);
    this.byteLength += to - from;
  }

  addByte(byte: number): void {
    if (this.byteLength < this.maxBytes) this.into[this.start + this.byteLength] = byte;
    this.byteLength += 1;
  }

  private keep(bytes: Uint8Array, from: number, to: number): void {
    const { into } = this;
    const end = Math.min(to, from + this.maxBytes - this.byteLength);
    let at = this.start + this.byteLength;
    for (let index = from; index < end; index += 1) {
      into[at] = bytes[index] as number;
      at += 1;
    }
  }
}
