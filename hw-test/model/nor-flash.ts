import type { Flash, FlashGeometry } from "../../firmware/ports/flash.ts";

/** Thrown by the operation that the power fails in, and by every one after it. */
export class PowerCut extends Error {
  constructor() {
    super("power cut");
  }
}

/** Where the power fails. Operations are erases and writes, counted from 1. */
export interface CutPlan {
  readonly operation: number;
  /** `inside`: an erase leaves half of the page as it was, a write stops after `tornBytes`. */
  readonly when: "before" | "inside" | "after";
  /** Bytes of the write that are programmed, for `inside`; half of them when not given. */
  readonly tornBytes?: number;
}

/** What a part gets wrong. Offsets are bytes from the partition's start. */
export interface NorFaults {
  /** Bits of the byte at `offset` that no erase and no write changes. */
  readonly stuck?: { readonly offset: number; readonly mask: number; readonly value: number };
  /** Erasing this page does nothing. */
  readonly deadPage?: number;
}

export interface NorCounts {
  /** Erases of each page. */
  readonly erases: readonly number[];
  readonly writes: number;
  readonly bytesWritten: number;
  /** Erases and writes together. */
  readonly operations: number;
}

/**
 * A NOR flash partition in memory, with the rules of the real thing: a write can only move bits
 * away from the erased value, an erase clears a whole page, offsets and lengths of writes are whole
 * write blocks, and a write block is programmed once between erases.
 * Breaking a rule is a bug of the firmware and throws a RangeError.
 */
export class NorFlash implements Flash {
  readonly geometry: FlashGeometry;
  /** The content, for a look from outside and for preparing a test. */
  readonly bytes: Uint8Array;
  faults: NorFaults = {};

  private readonly erasedPage: Uint8Array;
  private readonly erases: number[];
  private writes = 0;
  private bytesWritten = 0;
  private operations = 0;
  private cut: CutPlan | undefined;
  private dead = false;

  /** Starts erased, or with `content`. */
  constructor(geometry: FlashGeometry, content?: Uint8Array) {
    this.geometry = geometry;
    this.bytes = new Uint8Array(geometry.byteLength).fill(geometry.eraseValue);
    if (content !== undefined) this.bytes.set(content);
    this.erasedPage = new Uint8Array(geometry.blockLength).fill(geometry.eraseValue);
    this.erases = new Array<number>(geometry.byteLength / geometry.blockLength).fill(0);
  }

  counts(): NorCounts {
    const { writes, bytesWritten, operations } = this;
    return { erases: [...this.erases], writes, bytesWritten, operations };
  }

  resetCounts(): void {
    this.erases.fill(0);
    this.writes = 0;
    this.bytesWritten = 0;
    this.operations = 0;
  }

  /** From now on counted by the operations made so far, see `counts()`. */
  cutPower(plan: CutPlan): void {
    this.cut = plan;
  }

  /** The power is back; a cut that did not come is off. */
  powerOn(): void {
    this.cut = undefined;
    this.dead = false;
  }

  read(into: Uint8Array, offset: number): void {
    if (this.dead) throw new PowerCut();
    this.checkRange(offset, into.byteLength);
    into.set(this.bytes.subarray(offset, offset + into.byteLength));
  }

  write(bytes: Uint8Array, offset: number): void {
    const { writeAlign } = this.geometry;
    this.checkRange(offset, bytes.byteLength);
    if (offset % writeAlign !== 0 || bytes.byteLength % writeAlign !== 0) {
      throw new RangeError(`write of ${bytes.byteLength} bytes at ${offset} is not aligned`);
    }
    this.checkErased(offset, bytes.byteLength);
    this.operate({
      whole: () => {
        this.writes += 1;
        this.bytesWritten += bytes.byteLength;
        this.program(bytes, offset);
      },
      torn: (plan) => {
        const length = plan.tornBytes ?? bytes.byteLength >> 1;
        this.program(bytes.subarray(0, length), offset);
      },
    });
  }

  eraseBlock(blockIndex: number): void {
    const { blockLength } = this.geometry;
    const start = blockIndex * blockLength;
    this.checkRange(start, blockLength);
    const count = (): void => {
      this.erases[blockIndex] = (this.erases[blockIndex] ?? 0) + 1;
    };
    this.operate({
      whole: () => {
        count();
        if (this.faults.deadPage !== blockIndex) this.clear(start, start + blockLength);
      },
      torn: () => {
        count();
        this.clear(start, start + blockLength / 2);
      },
    });
  }

  private operate(does: { whole: () => void; torn: (plan: CutPlan) => void }): void {
    if (this.dead) throw new PowerCut();
    this.operations += 1;
    const plan = this.cut?.operation === this.operations ? this.cut : undefined;
    if (plan === undefined || plan.when === "after") does.whole();
    else if (plan.when === "inside") does.torn(plan);
    if (plan === undefined) return;
    this.dead = true;
    throw new PowerCut();
  }

  /** The bytes there are erased, so that every bit can take its value. */
  private program(bytes: Uint8Array, offset: number): void {
    this.bytes.set(bytes, offset);
    this.applyStuck();
  }

  private clear(start: number, end: number): void {
    this.bytes.fill(this.geometry.eraseValue, start, end);
    this.applyStuck();
  }

  private applyStuck(): void {
    const { stuck } = this.faults;
    if (stuck === undefined) return;
    const rest = (this.bytes[stuck.offset] ?? 0) & ~stuck.mask;
    this.bytes[stuck.offset] = rest | (stuck.value & stuck.mask);
  }

  private checkRange(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > this.geometry.byteLength) {
      throw new RangeError(`${length} bytes at ${offset} are outside the partition`);
    }
  }

  /** By whole buffers first: campaigns write gigabytes. */
  private checkErased(offset: number, length: number): void {
    if (length <= this.erasedPage.byteLength) {
      const found = this.bytes.subarray(offset, offset + length);
      if (Buffer.compare(found, this.erasedPage.subarray(0, length)) === 0) return;
    }
    for (let at = offset; at < offset + length; at++) {
      if (this.bytes[at] !== this.geometry.eraseValue) {
        throw new RangeError(`write at ${offset}: byte ${at} is not erased`);
      }
    }
  }
}
