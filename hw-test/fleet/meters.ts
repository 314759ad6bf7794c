/** What is counted in each second: the rates that quotas are for. */
export const rates = [
  "connects",
  "publishesIn",
  "publishesOut",
  "startNext",
  "describe",
  "update",
  "fileRequests",
] as const;
export type Rate = (typeof rates)[number];

export interface Count {
  readonly total: number;
  /** In one second of the clock, the busiest. */
  readonly peak: number;
}

/** Counts events of one kind, second by second. Memory: one number for each second of the run. */
export class Meter {
  total = 0;
  private readonly seconds: number[] = [];

  add(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    while (this.seconds.length <= second) this.seconds.push(0);
    this.seconds[second] = (this.seconds[second] ?? 0) + 1;
    this.total += 1;
  }

  /** Of the second that `nowMs` is in. */
  inSecond(nowMs: number): number {
    return this.seconds[Math.floor(nowMs / 1000)] ?? 0;
  }

  /** From `sinceMs` on. */
  count(sinceMs: number): Count {
    const from = Math.floor(sinceMs / 1000);
    let total = 0;
    let peak = 0;
    for (let second = from; second < this.seconds.length; second += 1) {
      const here = this.seconds[second] ?? 0;
      total += here;
      peak = Math.max(peak, here);
    }
    return { total, peak };
  }
}

export type Meters = Readonly<Record<Rate, Meter>>;

export function newMeters(): Meters {
  return Object.fromEntries(rates.map((rate) => [rate, new Meter()])) as Record<Rate, Meter>;
}

/** The meter of a publish by its topic, besides that of all publishes. */
export function jobsRateOf(topic: string): Rate | undefined {
  if (!topic.includes("/jobs/")) return undefined;
  if (topic.endsWith("/start-next")) return "startNext";
  if (topic.endsWith("/get")) return "describe";
  return topic.endsWith("/update") ? "update" : undefined;
}
