import { suffixArray } from "./suffix-array.ts";

/** Where `length` bytes of the old image are like those that are looked for. */
export interface Match {
  readonly at: number;
  readonly length: number;
}

/**
 * Longer ones are found in pieces. It bounds a comparison: images are full of erased or zero bytes,
 * where every offset matches for long.
 */
const LENGTH_MAX = 4096;

/** Longest matches in the old image. */
export class Matches {
  private readonly old: Uint8Array;
  private readonly suffixes: Int32Array;

  constructor(old: Uint8Array) {
    this.old = old;
    this.suffixes = suffixArray(old);
  }

  /** The longest match of what is in `next` from `from` on: a binary search. */
  longest(next: Uint8Array, from: number): Match {
    let low = -1;
    let high = this.suffixes.length;
    // Bytes that the suffixes at either bound share with `next`: what lies between has the fewer.
    let lowShared = 0;
    let highShared = 0;
    let best = { at: 0, length: 0 };
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const at = this.suffixes[middle] as number;
      const shared = this.sharedBytes(at, { next, from, known: Math.min(lowShared, highShared) });
      if (shared > best.length) best = { at, length: shared };
      if (shared === LENGTH_MAX) return best;
      if (this.isBelow(at + shared, next, from + shared)) {
        low = middle;
        lowShared = shared;
      } else {
        high = middle;
        highShared = shared;
      }
    }
    return best;
  }

  private sharedBytes(
    at: number,
    what: { readonly next: Uint8Array; readonly from: number; readonly known: number },
  ): number {
    const { old } = this;
    const { next, from } = what;
    const most = Math.min(LENGTH_MAX, old.length - at, next.length - from);
    let length = what.known;
    while (length < most && old[at + length] === next[from + length]) length += 1;
    return length;
  }

  /** Where the shared bytes end: an end of the old image is below everything. */
  private isBelow(at: number, next: Uint8Array, from: number): boolean {
    return (this.old[at] ?? -1) < (next[from] ?? -1);
  }
}
