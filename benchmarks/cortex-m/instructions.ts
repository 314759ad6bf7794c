import { kitIsMissing } from "../../hw-test/dev-kit/program.ts";
import { print } from "../../tools/command-line/command.ts";
import type { Figure } from "../figure.ts";
import type { Images } from "../memory/pool.ts";
import type { BenchRig } from "../tracker/rig.ts";
import { budgetFigures } from "./budget.ts";
import { type Counts, sum } from "./counters.ts";
import type { Phase } from "./phases.ts";
import { countUpdate } from "./update.ts";

const MILLION = 1_000_000;
const CLOCK_HZ = 64 * MILLION;
const HOTTEST = 10;
/** Functions of XS that nothing but a garbage collection calls. */
const COLLECTOR = /^fx(Collect|Mark|Sweep)/;

/** Instructions of an update on a Cortex-M4, by phase and function. */
export async function instructions(rig: BenchRig, images: Images): Promise<Figure[]> {
  const missing = await kitIsMissing();
  if (missing !== undefined) {
    print(`  not measured: ${missing}\n`);
    return [];
  }
  const phases = await countUpdate(rig, images);
  const sizes = { hex: images.to.hex.length, image: images.to.image.byteLength };
  return [...phaseFigures(phases), ...budgetFigures(phases, sizes), ...hottest(phases)];
}

function phaseFigures(phases: readonly Phase[]): Figure[] {
  const totals = phases.map(({ name, counts }) => ({ name, total: sum(counts) }));
  const all = totals.reduce((so, { total }) => so + total, 0);
  return [
    ...totals.map(({ name, total }) => ({ name, value: total / MILLION, unit: "million" })),
    { name: "all of it", value: all / MILLION, unit: "million" },
    { name: "garbage collection in it", value: collection(phases) / MILLION, unit: "million" },
    // An estimate: flash with wait states takes longer, two instructions in a cycle less.
    { name: "all of it at 64 MHz, one a cycle: estimated", value: all / CLOCK_HZ, unit: "s" },
  ];
}

function collection(phases: readonly Phase[]): number {
  const counts = phases.flatMap((phase) => [...phase.counts]);
  return counts.reduce((so, [name, count]) => (COLLECTOR.test(name) ? so + count : so), 0);
}

function hottest(phases: readonly Phase[]): Figure[] {
  const all = new Map<string, number>();
  for (const { counts } of phases) {
    for (const [name, count] of counts) all.set(name, (all.get(name) ?? 0) + count);
  }
  const total = sum(all);
  return sorted(all)
    .slice(0, HOTTEST)
    .map(([name, count]) => ({ name, value: (100 * count) / total, unit: "% of all" }));
}

function sorted(counts: Counts): [string, number][] {
  return [...counts].sort(([, one], [, other]) => other - one);
}
