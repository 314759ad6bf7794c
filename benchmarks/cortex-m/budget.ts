import type { Figure } from "../figure.ts";
import { sum } from "./counters.ts";
import type { Phase, PhaseName } from "./phases.ts";

/** What a phase's work grows with. */
type Per = "HEX character" | "image byte" | "update";

interface Budget {
  readonly per: Per;
  readonly instructions: number;
}

/**
 * What each phase takes on the Cortex-M4, measured. Who makes one faster lowers it here; who makes one
 * slower by more than the tolerance raises it, and says why in the commit.
 */
export const budget: Readonly<Record<PhaseName, Budget>> = Object.freeze({
  // The first line of the phase after it comes at once, so some of that one is counted here.
  boot: { per: "image byte", instructions: 60 },
  load: { per: "update", instructions: 15_500_000 },
  connect: { per: "update", instructions: 14_500_000 },
  "job and signature": { per: "update", instructions: 140_000_000 },
  "download, HEX and slot": { per: "HEX character", instructions: 1_380 },
  verify: { per: "image byte", instructions: 290 },
  arm: { per: "update", instructions: 33_000_000 },
  swap: { per: "image byte", instructions: 150 },
  "load the new image": { per: "update", instructions: 16_000_000 },
  trial: { per: "update", instructions: 45_000_000 },
  report: { per: "update", instructions: 15_000_000 },
});

/** Which phase a garbage collection falls into is chance, and so is how much of a phase the next one gets. */
const COLLECTION = 6_000_000;
const TOLERANCE = 1.05;

/** What was updated, in bytes. */
export interface Sizes {
  readonly hex: number;
  readonly image: number;
}

/** Each phase against its budget. */
export function budgetFigures(phases: readonly Phase[], sizes: Sizes): Figure[] {
  return phases.map(({ name, counts }) => {
    const { per, instructions } = budget[name];
    const count = { "HEX character": sizes.hex, "image byte": sizes.image, update: 1 }[per];
    const most = instructions * TOLERANCE + COLLECTION / count;
    return {
      name: `${name}, per ${per}`,
      value: Math.round(sum(counts) / count),
      unit: "instructions",
      goal: { atMost: Math.round(most) },
    };
  });
}
