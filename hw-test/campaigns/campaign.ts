import { createHash } from "node:crypto";
import type { Plan } from "../desk/plan.ts";
import { checkInvariants } from "./invariants.ts";
import type { Outcome } from "./outcome.ts";
import { planText } from "./plan-text.ts";
import { World } from "./world.ts";

export interface Scope {
  readonly seed: number;
  /** About so many cases, picked by the seed; undefined: all. */
  readonly limit: number | undefined;
  /** Which part of the cases is done here, for several processes. */
  readonly shard: { readonly index: number; readonly count: number };
}

/** What one case covered. */
export interface CaseResult {
  /** Cases, where one call stands for many: mutated inputs. */
  readonly cases: number;
  readonly cuts: number;
  readonly states: readonly string[];
}

export interface Case {
  /** What `--case` takes to run it again. */
  readonly name: string;
  readonly run: () => CaseResult | Promise<CaseResult>;
}

export interface Campaign {
  readonly name: string;
  readonly about: string;
  readonly cases: (scope: Scope) => Iterable<Case>;
  /** The case of that name; `seed` is for what is drawn. @throws RangeError */
  readonly caseOf: (name: string, seed: number) => Case;
  /** An oracle that is not there, and the line that installs it: the cases hold without. */
  readonly missing?: () => string | undefined;
}

/** One update under a plan, and all invariants. */
export function planCase(plan: Plan): Case {
  return { name: planText(plan), run: () => resultOf(runPlan(plan)) };
}

export function runPlan(plan: Plan): Outcome {
  const world = new World(plan);
  try {
    const outcome = world.run();
    checkInvariants(plan, outcome);
    return outcome;
  } catch (error) {
    if (error instanceof Error) Object.assign(error, { log: world.log.slice(-60) });
    throw error;
  }
}

export function resultOf({ cuts, states }: Outcome): CaseResult {
  return { cases: 1, cuts, states };
}

/** Two runs of one plan have the same. */
export function digestOf(outcome: Outcome): string {
  return createHash("sha256").update(outcome.log.join("\n")).digest("hex").slice(0, 16);
}

/** Every n-th of a list belongs to a shard. */
export function shardOf<T>(list: readonly T[], { shard }: Scope): T[] {
  return list.filter((_, at) => at % shard.count === shard.index);
}
