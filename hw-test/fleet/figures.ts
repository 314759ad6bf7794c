import type { Execution } from "../cloud/jobs/execution.ts";
import type { Fleet, Tally } from "./fleet.ts";
import { type Count, type Rate, rates } from "./meters.ts";
import type { Order } from "./order.ts";
import { quotas } from "./quotas.ts";

/** What a run took; all since the job was made. */
export interface Figures {
  readonly trackers: number;
  readonly link: string;
  readonly release: string;
  readonly storm: string | undefined;
  readonly rate: number | undefined;
  readonly map: string;
  readonly hexBytes: number;
  /** Of the service's executions, by their end. */
  readonly executions: Readonly<Record<string, number>>;
  readonly jobStatus: string;
  /** Executions that were begun; a retry is one more. */
  readonly touched: number;
  readonly succeededPerMinute: number;
  /** Seconds until so many percent have SUCCEEDED; undefined if they never did. */
  readonly secondsTo: Readonly<Record<"50" | "95" | "100", number | undefined>>;
  readonly rates: Readonly<Record<Rate, Count>>;
  readonly reverts: number;
  /** Answers 503 of the file server. */
  readonly busyAnswers: number;
  /** Requests that the Jobs service refused for its quota; each is put again. */
  readonly throttledRequests: number;
  /** More file requests than one for each tracker that began. */
  readonly fileRetries: number;
  readonly connections: { readonly broker: number; readonly files: number };
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly radioSeconds: number;
  /** Versions that run at the end, each confirmed unless it says so. */
  readonly running: Readonly<Record<string, number>>;
  /** What must not be; empty where all is well. */
  readonly problems: readonly string[];
}

interface Run {
  readonly order: Order;
  readonly jobId: string;
  readonly sinceMs: number;
  /** Before the job. */
  readonly before: Tally;
}

export function figuresOf(fleet: Fleet, { order, jobId, sinceMs, before }: Run): Figures {
  const executions = fleet.cloud.executions(jobId);
  const seconds = successSeconds(executions);
  const touched = executions.filter(({ startedAtMs }) => startedAtMs !== undefined).length;
  const after = fleet.tally();
  const counts = Object.fromEntries(
    rates.map((rate) => [rate, fleet.meters[rate].count(sinceMs)]),
  ) as Record<Rate, Count>;
  const at = (percent: number) => seconds[Math.ceil((order.trackers * percent) / 100) - 1];
  const running = countBy(
    fleet.trackers.map((one) => `${one.running ?? "nothing"}${one.isConfirmed ? "" : " on trial"}`),
  );
  const figures = {
    trackers: order.trackers,
    link: order.profile.name,
    release: order.release,
    storm: order.storm,
    rate: order.rate,
    map: order.map,
    hexBytes: fleet.firmwares.offered.hex.byteLength,
    executions: countBy(executions.map(({ status }) => status)),
    jobStatus: fleet.cloud.job(jobId).status,
    touched,
    succeededPerMinute: perMinute(seconds),
    secondsTo: { "50": at(50), "95": at(95), "100": at(100) },
    rates: counts,
    reverts: after.reverts - before.reverts,
    busyAnswers: after.busyAnswers - before.busyAnswers,
    throttledRequests: after.throttledRequests - before.throttledRequests,
    fileRetries: Math.max(0, counts.fileRequests.total - touched),
    connections: {
      broker: after.broker - before.broker,
      files: after.files - before.files,
    },
    bytesUp: after.bytesUp - before.bytesUp,
    bytesDown: after.bytesDown - before.bytesDown,
    radioSeconds: Math.round((after.radioMs - before.radioMs) / 1000),
    running,
  };
  return { ...figures, problems: problemsOf(figures) };
}

/** Seconds from the job to each success, in rising order. */
function successSeconds(executions: readonly Execution[]): number[] {
  return executions
    .filter(({ status }) => status === "SUCCEEDED")
    .map(({ lastUpdatedAtMs, job }) => Math.round((lastUpdatedAtMs - job.createdAtMs) / 1000))
    .sort((a, b) => a - b);
}

function perMinute(seconds: readonly number[]): number {
  const last = seconds.at(-1);
  return last === undefined ? 0 : Math.round((seconds.length * 60) / Math.max(1, last));
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** A good release is on all, another on none; none is lost; no rate passes AWS's quota. */
function problemsOf(
  figures: Pick<Figures, "trackers" | "release" | "executions" | "running" | "rates">,
): string[] {
  const wanted = figures.release === "good" ? "1.0.1" : "1.0.0";
  const problems = Object.entries(figures.running)
    .filter(([version]) => version !== wanted)
    .map(([version, count]) => `${count} trackers run ${version}`);
  const { SUCCEEDED = 0 } = figures.executions;
  const due = figures.release === "good" ? figures.trackers : 0;
  if (SUCCEEDED !== due) problems.push(`${SUCCEEDED} executions SUCCEEDED, not ${due}`);
  for (const rate of rates) {
    const { peak } = figures.rates[rate];
    const { perSecond, source } = quotas[rate];
    if (peak > perSecond) problems.push(`${rate}: ${peak} in a second, ${perSecond} (${source})`);
  }
  return problems;
}
