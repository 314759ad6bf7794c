/** Bytes in order: chunks go in as they come, pieces of the wanted size come out. */
export class ByteQueue {
  private readonly chunks: Buffer[] = [];
  private total = 0;

  get byteLength(): number {
    return this.total;
  }

  push(chunk: Buffer): void {
    if (chunk.byteLength === 0) return;
    this.chunks.push(chunk);
    this.total += chunk.byteLength;
  }

  /** @returns the next 1 to `maxBytes` bytes, or undefined when there are none */
  take(maxBytes: number): Buffer | undefined {
    const first = this.chunks[0];
    if (first === undefined || maxBytes <= 0) return undefined;
    const piece = first.subarray(0, maxBytes);
    if (piece.byteLength === first.byteLength) this.chunks.shift();
    else this.chunks[0] = first.subarray(piece.byteLength);
    this.total -= piece.byteLength;
    return piece;
  }
}
