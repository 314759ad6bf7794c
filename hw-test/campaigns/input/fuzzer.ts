import { BrokenInvariant } from "../../desk/broken-invariant.ts";
import { Random } from "../../desk/random.ts";
import type { Case } from "../campaign.ts";

/** Makes inputs from numbers, feeds them to a part of the core, and checks what comes of it. */
export interface Fuzzer {
  readonly name: string;
  /** Inputs in a full run. */
  readonly count: number;
  /** One input. @throws BrokenInvariant, or whatever the core should not have thrown */
  readonly feed: (random: Random) => void;
  /** What was fed since the last time, against an oracle that is asked about many inputs at once. */
  readonly settle?: () => void;
}

/** Inputs `first` to `first + count - 1`, as one case. */
export function batch(fuzzer: Fuzzer, range: { first: number; count: number }, seed: number): Case {
  const { first, count } = range;
  return {
    name: `${fuzzer.name} ${first}+${count}`,
    run: () => {
      for (let number = first; number < first + count; number++) feedOne(fuzzer, number, seed);
      fuzzer.settle?.();
      return { cases: count, cuts: 0, states: [] };
    },
  };
}

function feedOne(fuzzer: Fuzzer, number: number, seed: number): void {
  try {
    fuzzer.feed(new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)));
  } catch (error) {
    const said = error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error);
    throw new BrokenInvariant(`${fuzzer.name} ${number}+1: ${said}`);
  }
}
