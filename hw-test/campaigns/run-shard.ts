import type { Campaign, Case, Scope } from "./campaign.ts";

/** What a campaign came to, in one process or in all of them. */
export interface Tally {
  cases: number;
  cuts: number;
  states: Set<string>;
  failures: FailedCase[];
}

export interface FailedCase {
  readonly campaign: string;
  readonly name: string;
  readonly message: string;
  /** What the tracker said last. */
  readonly log: readonly string[];
}

/** More of one kind tell nothing new. */
const FAILURES_MAX = 20;

export async function runShard(campaign: Campaign, scope: Scope): Promise<Tally> {
  const tally: Tally = { cases: 0, cuts: 0, states: new Set(), failures: [] };
  for (const one of campaign.cases(scope)) {
    await runCase(campaign.name, one, tally);
    if (tally.failures.length >= FAILURES_MAX) break;
  }
  return tally;
}

export async function runCase(campaign: string, one: Case, tally: Tally): Promise<void> {
  try {
    const { cases, cuts, states } = await one.run();
    tally.cases += cases;
    tally.cuts += cuts;
    for (const state of states) tally.states.add(state);
  } catch (error) {
    // Whatever it is, an invariant or an assertion of the core, the case has failed.
    tally.cases += 1;
    tally.failures.push({ campaign, name: one.name, ...said(error) });
  }
}

function said(error: unknown): Pick<FailedCase, "message" | "log"> {
  if (!(error instanceof Error)) return { message: JSON.stringify(error), log: [] };
  const { log } = error as { log?: readonly string[] };
  const place = error.stack?.split("\n")[1]?.trim() ?? "";
  return { message: `${error.name}: ${error.message} ${place}`, log: log ?? [] };
}
