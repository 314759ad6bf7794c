import type { Plan } from "../desk/plan.ts";
import { Random } from "../desk/random.ts";
import { type Campaign, type Case, planCase, type Scope, shardOf } from "./campaign.ts";
import { parsePlan } from "./plan-text.ts";

export interface PlanCampaign {
  readonly name: string;
  readonly about: string;
  /** Every plan there is, and those that the random numbers draw. */
  readonly plans: (random: Random) => readonly Plan[];
}

/** A campaign whose cases are plans, known before the first of them runs. */
export function planCampaign({ name, about, plans }: PlanCampaign): Campaign {
  const cases = (scope: Scope): Case[] => {
    const random = new Random(scope.seed ^ 0x1157);
    const all = plans(random);
    const picked = scope.limit === undefined ? all : random.shuffled(all).slice(0, scope.limit);
    return shardOf(picked, scope).map(planCase);
  };
  return { name, about, cases, caseOf: (text) => planCase(parsePlan(text)) };
}
