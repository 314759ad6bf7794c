import { layout } from "./image.ts";
import type { FlashOperation, Verdict } from "./peer.ts";

const trailerPages: readonly number[] = [layout.primary, layout.secondary].map(
  (start) => start + layout.slotBytes - layout.pageBytes,
);

/** Ends of an operation by a power cut: before it, after it, and at telling places inside it. */
export function cutsOf({ kind, address, byteLength }: FlashOperation): Verdict[] {
  const inside = [byteLength >> 1];
  // Past image_ok, and into the magic that follows it.
  if (kind === "erase" && trailerPages.includes(address)) inside.push(4078, 4090);
  if (kind === "write" && byteLength <= 16) inside.push(1, byteLength - 1);
  return ["before", ...inside.map((insideBytes) => ({ insideBytes })), "after"];
}

/** A verdict for the `index`-th operation, "proceed" for all others. */
export function cutAt(index: number, verdict: Verdict): (operation: FlashOperation) => Verdict {
  return (operation) => (operation.index === index ? verdict : "proceed");
}

/** Runs all of them, a few at a time, and passes on the first failure. */
export async function runAll(works: readonly (() => Promise<void>)[]): Promise<void> {
  const queue = [...works];
  const workers = Array.from({ length: 3 }, async () => {
    for (let work = queue.shift(); work; work = queue.shift()) await work();
  });
  await Promise.all(workers);
}

/** mulberry32 (public domain, T. Ettinger): reproducible numbers from 0 to 1. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
