import type { Timing } from "./air.ts";
import { ByteQueue } from "./byte-queue.ts";

/** After so long without more, what there is goes out. */
const LATE_MS = 50;

export interface PiecesOptions {
  /** Bytes of a piece; undefined: whatever there is, at once. */
  readonly pieceBytes: number | undefined;
  readonly timing: Timing;
  /** What was too little for a piece may be taken now. */
  readonly onLate: () => void;
}

/**
 * What has crossed the air, on its way to the board. In whole pieces what the board does with it does
 * not depend on how fast the machine of the rig happens to be.
 */
export class Pieces {
  private readonly options: PiecesOptions;
  private readonly bytes = new ByteQueue();
  private pushes = 0;
  private isLate = false;

  constructor(options: PiecesOptions) {
    this.options = options;
  }

  get byteLength(): number {
    return this.bytes.byteLength;
  }

  push(chunk: Buffer): void {
    this.bytes.push(chunk);
    if (this.options.pieceBytes === undefined) return;
    const push = ++this.pushes;
    this.isLate = false;
    this.options.timing.after(LATE_MS, () => {
      if (push !== this.pushes) return;
      this.isLate = true;
      this.options.onLate();
    });
  }

  /** @returns the next bytes, `maxBytes` at most, or undefined when there is nothing to hand over */
  take(maxBytes: number): Buffer | undefined {
    const { pieceBytes } = this.options;
    if (pieceBytes === undefined) return this.bytes.take(maxBytes);
    const possible = Math.min(maxBytes, this.bytes.byteLength);
    if (possible >= pieceBytes) return this.join(pieceBytes);
    return this.isLate && possible > 0 ? this.join(possible) : undefined;
  }

  private join(byteLength: number): Buffer {
    const parts: Buffer[] = [];
    for (let left = byteLength; left > 0; ) {
      const part = this.bytes.take(left);
      if (part === undefined) break;
      parts.push(part);
      left -= part.byteLength;
    }
    return Buffer.concat(parts);
  }
}
