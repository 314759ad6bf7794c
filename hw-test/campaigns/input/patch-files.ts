import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { number, zigzag } from "../../../tools/patch/chunks.ts";
import { framed, header, makePatch } from "../../../tools/patch/make-patch.ts";
import { Random } from "../../desk/random.ts";
import { joined, mutateBytes } from "./mutate.ts";
import { inflated, referenceApply } from "./patch-reference.ts";

/** A patch, sound or damaged, and the image that the tracker runs. */
export interface PatchCase {
  readonly old: Uint8Array;
  readonly patch: Uint8Array;
}

interface Sound extends PatchCase {
  /** The head, and what the chunks inflate to. */
  readonly head: Uint8Array;
  readonly chunks: readonly Uint8Array[];
}

/** Made once: making them takes longer than damaging and applying them. */
const pool: Sound[] = [];
const POOL_SIZE = 300;

function fromPool(random: Random): Sound {
  const source = new Random(0xd1ff);
  while (pool.length < POOL_SIZE) pool.push(soundPatch(source));
  return random.pick(pool);
}

function soundPatch(random: Random): Sound {
  const words = [random.bytes(8), random.bytes(20), new Uint8Array(30), random.bytes(3)];
  const text = (count: number) =>
    joined(...Array.from({ length: count }, () => random.pick(words)));
  const old = text(1 + random.below(60));
  const next = random.below(8) === 0 ? text(20) : edited(old, random);
  const base = random.below(4) === 0 ? undefined : old;
  const patch = makePatch(base, next, random.pick([64, 200, 8192]));
  const { chunks } = referenceApply(old, patch, next.length);
  const streams = chunks.map((offset, index) => patch.subarray(offset + 2, chunks[index + 1]));
  return {
    old,
    patch,
    head: patch.subarray(0, chunks[0]),
    chunks: streams.map((stream) => inflated(stream, 16_384)),
  };
}

function edited(old: Uint8Array, random: Random): Uint8Array {
  let next: Uint8Array = old.map((byte) => (random.below(20) === 0 ? byte + 4 : byte));
  for (let times = random.below(4); times > 0; times--) {
    const at = random.below(next.length);
    next = joined(next.subarray(0, at), random.bytes(9), next.subarray(at + random.below(30)));
  }
  return next;
}

/** Sound, or damaged: its bytes, its head, or its commands with the streams made right again. */
export function anyPatch(random: Random): PatchCase {
  const sound = fromPool(random);
  const kind = random.below(10);
  if (kind === 0) return sound;
  if (kind < 4) return { old: sound.old, patch: mutateBytes(sound.patch, random) };
  if (kind < 5) return { old: sound.old, patch: withChangedHead(sound, random) };
  if (kind < 9) return { old: sound.old, patch: withChangedCommands(sound, random) };
  return { old: sound.old, patch: madeUp(sound.old, random) };
}

/** Sizes, chunk length, base: with a digest that fits the size where there is one. */
function withChangedHead({ old, head, patch }: Sound, random: Random): Uint8Array {
  const changed = Buffer.from(head);
  const near = (value: number) => Math.max(0, value + random.pick([-1, 1, -7, 100, -100]));
  const what = random.below(3);
  if (what === 0) changed.writeUInt32LE(near(changed.readUInt32LE(4)), 4);
  if (what === 1) changed.writeUInt32LE(near(changed.readUInt32LE(8)), 8);
  if (what === 2) changed.writeUInt16LE(near(changed.readUInt16LE(12)), 12);
  if (random.below(2) === 0 && changed.length > 14) {
    const base = old.subarray(0, changed.readUInt32LE(8));
    createHash("sha256").update(base).digest().copy(changed, 14);
  }
  return joined(changed, patch.subarray(head.length));
}

/** By zlib alone, which is quicker; what is sound has the maker's streams. */
function packChunk(chunk: Uint8Array): Uint8Array {
  return framed(deflateRawSync(chunk, { windowBits: 11 }));
}

function withChangedCommands({ head, chunks }: Sound, random: Random): Uint8Array {
  const at = random.below(chunks.length);
  const changed = chunks.map((chunk, index) => (index === at ? mutateBytes(chunk, random) : chunk));
  const order = random.below(8) === 0 ? random.shuffled(changed) : changed;
  return joined(head, ...order.map(packChunk));
}

/** Commands of any numbers, most of which nearly fit. */
function madeUp(old: Uint8Array, random: Random): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let count = 1 + random.below(3); count > 0; count--) {
    const commands = Array.from({ length: 1 + random.below(4) }, () => command(old, random));
    chunks.push(packChunk(Uint8Array.from(commands.flat())));
  }
  const next = new Uint8Array(1 + random.below(2 * old.length));
  return joined(header(old, next, 8192), ...chunks);
}

function command(old: Uint8Array, random: Random): number[] {
  const copy = random.below(random.pick([3, old.length, 2 * old.length]));
  const extra = random.below(9);
  const zeros = Math.max(0, copy - 1 - random.below(3));
  const rest = Array.from(
    { length: copy - Math.min(copy, zeros + 1) },
    () => 1 + random.below(255),
  );
  const diff = copy === 0 ? [] : [0, ...number(zeros), ...rest];
  const seek = random.below(3) === 0 ? random.below(21) - 10 : 0;
  return [...zigzag(seek), ...number(copy), ...number(extra), ...diff, ...random.bytes(extra)];
}
