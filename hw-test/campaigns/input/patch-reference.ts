import { createHash } from "node:crypto";
import { inflateRawSync } from "node:zlib";

/** What a patch makes, by the letter of docs/patch-format.md, with node:zlib; all of it in memory. */
export interface Reference {
  /** undefined: it is none, or not onto this image. */
  readonly image: Uint8Array | undefined;
  /** Offsets of the chunks. */
  readonly chunks: readonly number[];
  /** What it says, as far as it was read. */
  readonly commands: readonly Command[];
}

/** Move by `seek` bytes in the old image, add `diff` to the bytes there, then append `extra`. */
export interface Command {
  readonly seek: number;
  readonly diff: readonly number[];
  readonly extra: readonly number[];
}

class Refused extends Error {}

export function referenceApply(
  old: Uint8Array,
  patch: Uint8Array,
  imageMaxBytes: number,
): Reference {
  const chunks: number[] = [];
  const commands: Command[] = [];
  try {
    const image = apply(old, Buffer.from(patch), { imageMaxBytes, chunks, commands });
    return { image, chunks, commands };
  } catch (error) {
    if (error instanceof Refused) return { image: undefined, chunks, commands };
    throw error;
  }
}

function apply(
  slot: Uint8Array,
  patch: Buffer,
  into: { imageMaxBytes: number; chunks: number[]; commands: Command[] },
): Uint8Array {
  check(patch.length >= 14 && patch.toString("latin1", 0, 4) === "TFP1");
  const [newBytes, oldBytes] = [patch.readUInt32LE(4), patch.readUInt32LE(8)];
  const chunkBytes = patch.readUInt16LE(12);
  check(newBytes >= 1 && newBytes <= into.imageMaxBytes && oldBytes <= slot.length);
  check(chunkBytes >= 1 && chunkBytes <= 16384);
  const old = slot.subarray(0, oldBytes);
  let at = oldBytes === 0 ? 14 : 46;
  if (oldBytes > 0) {
    check(createHash("sha256").update(old).digest().equals(patch.subarray(14, 46)));
  }
  const maker = new ImageMaker(old, newBytes, into.commands);
  while (maker.made.length < newBytes) {
    into.chunks.push(at);
    check(patch.length >= at + 2);
    const end = at + 2 + patch.readUInt16LE(at);
    check(patch.length >= end);
    maker.feed(inflated(patch.subarray(at + 2, end), chunkBytes));
    at = end;
  }
  check(at === patch.length);
  return Uint8Array.from(maker.made);
}

/** A whole stream, and nothing behind it. */
export function inflated(stream: Uint8Array, maxBytes: number): Uint8Array {
  try {
    const { buffer, engine } = inflateRawSync(stream, {
      info: true,
      windowBits: 11,
      maxOutputLength: maxBytes,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    check(engine.bytesWritten === stream.length);
    return buffer;
  } catch {
    throw new Refused();
  }
}

class ImageMaker {
  readonly made: number[] = [];
  private oldAt = 0;
  private readonly old: Uint8Array;
  private readonly newBytes: number;
  private readonly commands: Command[];

  constructor(old: Uint8Array, newBytes: number, commands: Command[]) {
    this.old = old;
    this.newBytes = newBytes;
    this.commands = commands;
  }

  /** A chunk's commands, all of them whole. */
  feed(bytes: Uint8Array): void {
    const cursor = { bytes, at: 0 };
    while (cursor.at < bytes.length) {
      const zigzag = number(cursor);
      const seek = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      this.oldAt += seek;
      check(this.oldAt >= 0 && this.oldAt <= this.old.length);
      const copy = number(cursor);
      check(this.oldAt + copy <= this.old.length);
      const extra = number(cursor);
      check(copy + extra > 0 && this.made.length + copy + extra <= this.newBytes);
      const diff = differences(cursor, copy);
      for (const difference of diff) {
        this.made.push(((this.old[this.oldAt] ?? 0) + difference) % 256);
        this.oldAt += 1;
      }
      const appended = Array.from({ length: extra }, () => byteOf(cursor));
      for (const byte of appended) this.made.push(byte);
      this.commands.push({ seek, diff, extra: appended });
    }
  }
}

/** What is added to each of `length` bytes. */
function differences(cursor: Cursor, length: number): number[] {
  const diff: number[] = [];
  while (diff.length < length) {
    const difference = byteOf(cursor);
    const count = difference === 0 ? number(cursor) + 1 : 1;
    check(diff.length + count <= length);
    for (let times = count; times > 0; times--) diff.push(difference);
  }
  return diff;
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

function byteOf(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at];
  check(byte !== undefined);
  cursor.at += 1;
  return byte;
}

function number(cursor: Cursor): number {
  let value = 0;
  for (let index = 0; index < 4; index++) {
    const byte = byteOf(cursor);
    value += (byte % 128) * 128 ** index;
    if (byte < 128) return value;
  }
  throw new Refused();
}

function check(condition: boolean): asserts condition {
  if (!condition) throw new Refused();
}
