import type { Figure } from "../figure.ts";
import { sum } from "./counters.ts";
import type { Phase, PhaseName } from "./phases.ts";

/** What a phase's work grows with. */
type Per = "HEX character" | "image byte" | "update";

interface Budget {
  /** One after the other. */
  readonly phases: readonly PhaseName[];
  readonly per: Per;
  readonly instructions: number;
}

/**
 * What an update takes on the Cortex-M4, measured. Who makes a part faster lowers it here; who makes one
 * slower by more than the tolerance raises it, and says why in the commit. Phases are one part where the
 * tracker goes on from one to the next without a wait for the cloud: the rig sees the line between them
 * when up to 9 million instructions of the second are counted.
 */
export const budget: readonly Budget[] = Object.freeze([
  { phases: ["boot"], per: "image byte", instructions: 60 },
  { phases: ["load", "connect"], per: "update", instructions: 24_500_000 },
  { phases: ["job and signature"], per: "update", instructions: 100_000_000 },
  { phases: ["download, HEX and slot"], per: "HEX character", instructions: 1_330 },
  { phases: ["verify"], per: "image byte", instructions: 235 },
  { phases: ["arm"], per: "update", instructions: 13_000_000 },
  { phases: ["swap"], per: "image byte", instructions: 145 },
  { phases: ["load the new image", "trial"], per: "update", instructions: 51_000_000 },
  { phases: ["report"], per: "update", instructions: 13_000_000 },
]);

/** Which part a garbage collection falls into is chance, and so is how much of a part the next one gets. */
const CHANCE = 3_000_000;
const TOLERANCE = 1.05;

/** What was updated, in bytes. */
export interface Sizes {
  readonly hex: number;
  readonly image: number;
}

/** Each part against its budget. */
export function budgetFigures(phases: readonly Phase[], sizes: Sizes): Figure[] {
  return budget.map(({ phases: names, per, instructions }) => {
    const bytes = { "HEX character": sizes.hex, "image byte": sizes.image, update: 1 }[per];
    const counts = phases
      .filter(({ name }) => names.includes(name))
      .map((phase) => sum(phase.counts));
    const most = instructions * TOLERANCE + CHANCE / bytes;
    return {
      name: `${names.join(" + ")}, per ${per}`,
      value: Math.round(counts.reduce((so, count) => so + count, 0) / bytes),
      unit: "instructions",
      goal: { atMost: Math.round(most) },
    };
  });
}
