import type { Command } from "./commands.ts";

/** Three numbers of at most four bytes. */
const COMMAND_HEAD_MAX_BYTES = 12;
/** A zero of the diff, and the number of those that follow it. */
const ZEROS_MAX_BYTES = 5;

/**
 * Commands as bytes, in chunks of at most `chunkBytes` (docs/patch-format.md). A command that does not
 * fit is cut in two, so that every chunk starts between commands.
 */
export class ChunkWriter {
  readonly chunks: Uint8Array[] = [];
  private readonly old: Uint8Array;
  private readonly next: Uint8Array;
  private readonly chunkBytes: number;
  private bytes: number[] = [];
  private oldPosition = 0;

  constructor(options: {
    readonly old: Uint8Array;
    readonly next: Uint8Array;
    readonly chunkBytes: number;
  }) {
    this.old = options.old;
    this.next = options.next;
    this.chunkBytes = options.chunkBytes;
  }

  write(command: Command): void {
    let { oldAt, newAt, copy, extra } = command;
    while (copy + extra > 0) {
      if (this.room() < 1) this.finish();
      const { diff, length } = this.diff(oldAt, newAt, copy);
      const taken = length < copy ? 0 : Math.max(0, Math.min(extra, this.room() - diff.length));
      if (length + taken === 0) {
        this.finish();
        continue;
      }
      const seek = length > 0 ? oldAt - this.oldPosition : 0;
      this.bytes.push(...zigzag(seek), ...number(length), ...number(taken), ...diff);
      const from = newAt + length;
      for (const byte of this.next.subarray(from, from + taken)) this.bytes.push(byte);
      if (length > 0) this.oldPosition = oldAt + length;
      oldAt += length;
      newAt += length + taken;
      copy -= length;
      extra -= taken;
    }
  }

  finish(): void {
    if (this.bytes.length > 0) this.chunks.push(Uint8Array.from(this.bytes));
    this.bytes = [];
  }

  private room(): number {
    return this.chunkBytes - this.bytes.length - COMMAND_HEAD_MAX_BYTES;
  }

  /** The diff of as much of a copy as there is room for. */
  private diff(oldAt: number, newAt: number, copy: number): { diff: number[]; length: number } {
    const { old, next } = this;
    const diff: number[] = [];
    let length = 0;
    while (length < copy && diff.length + ZEROS_MAX_BYTES <= this.room()) {
      const difference = ((next[newAt + length] ?? 0) - (old[oldAt + length] ?? 0)) & 0xff;
      diff.push(difference);
      length += 1;
      if (difference !== 0) continue;
      const first = length;
      while (length < copy && next[newAt + length] === old[oldAt + length]) length += 1;
      diff.push(...number(length - first));
    }
    return { diff, length };
  }
}

/** Seven bits a byte, lowest first; the top bit says that more follow. */
export function number(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}

/** Of either sign: 0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4. */
export function zigzag(value: number): number[] {
  return number(value < 0 ? -2 * value - 1 : 2 * value);
}
