import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Scope } from "./campaign.ts";
import type { FailedCase, Tally } from "./run-shard.ts";

/** What a worker process is asked for, and what it answers. */
export interface Order {
  readonly campaign: string;
  readonly scope: Scope;
}

export interface Answer {
  readonly cases: number;
  readonly cuts: number;
  readonly states: readonly string[];
  readonly failures: readonly FailedCase[];
}

const WORKERS = 2;
const script = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** Runs a campaign in two processes, each with its share of the cases. */
export async function runInProcesses(
  campaign: string,
  scope: Omit<Scope, "shard">,
): Promise<Tally> {
  const shards = Array.from({ length: WORKERS }, (_, index) => ({ index, count: WORKERS }));
  const answers = await Promise.all(
    shards.map((shard) => runWorker({ campaign, scope: { ...scope, shard } })),
  );
  const tally: Tally = { cases: 0, cuts: 0, states: new Set(), failures: [] };
  for (const { cases, cuts, states, failures } of answers) {
    tally.cases += cases;
    tally.cuts += cuts;
    for (const state of states) tally.states.add(state);
    tally.failures.push(...failures);
  }
  return tally;
}

function runWorker(order: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const worker = fork(script);
    worker.on("message", (answer) => resolve(answer as Answer));
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`a worker ended with ${code}`)));
    worker.send(order);
  });
}
