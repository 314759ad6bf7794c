import type { Job } from "./job.ts";
import type { Ledger } from "./ledger.ts";

const minuteMs = 60_000;

/** Without a rate of its own a job reaches 1,000 things in a minute (AWS General Reference). */
const usualPerMinute = 1000;

/** Gives a job's executions to its things at the rate that the job asks for. */
export class Rollout {
  private readonly ledger: Ledger;
  private readonly defaultPerMinute: number;

  /** @param perMinute of jobs without a rate of their own */
  constructor(ledger: Ledger, perMinute = usualPerMinute) {
    this.ledger = ledger;
    this.defaultPerMinute = perMinute;
  }

  /** Things that are to get the job as soon as its rate allows. */
  add(job: Job, thingNames: readonly string[]): void {
    const added = thingNames.filter((thingName) => !job.waiting.includes(thingName));
    this.ledger.change([], () => job.waiting.push(...added));
    this.step(job);
  }

  /** After a restart: the minute that was under way counts anew, so the rate is never higher. */
  resume(job: Job): void {
    if (job.waiting.length > 0) this.nextStep(job);
  }

  remove(job: Job, thingName: string): void {
    job.waiting = job.waiting.filter((other) => other !== thingName);
  }

  /** As many as this minute has room for; the next minute begins with the first of them. */
  private step(job: Job): void {
    if (job.status !== "IN_PROGRESS") return;
    const room = Math.max(0, this.perMinute(job) - job.madeThisMinute);
    const now = job.waiting.splice(0, room);
    job.madeThisMinute += now.length;
    if (now.length > 0 && !job.timers.has("rollout")) this.nextStep(job);
    this.ledger.change(now, () => {
      for (const thingName of now) this.ledger.enqueue(job, thingName);
    });
  }

  private nextStep(job: Job): void {
    const next = this.ledger.clock.schedule(minuteMs, () => {
      job.timers.delete("rollout");
      job.madeThisMinute = 0;
      this.step(job);
    });
    job.timers.set("rollout", next);
  }

  private perMinute(job: Job): number {
    const { maximumPerMinute = this.defaultPerMinute, exponentialRate } = job.request.rollout ?? {};
    if (exponentialRate === undefined) return maximumPerMinute;
    const { baseRatePerMinute, incrementFactor, rateIncreaseCriteria } = exponentialRate;
    const { numberOfNotifiedThings, numberOfSucceededThings } = rateIncreaseCriteria;
    const executions = this.ledger.ofJob(job);
    const counted =
      numberOfNotifiedThings === undefined
        ? executions.filter(({ status }) => status === "SUCCEEDED")
        : executions;
    const step = numberOfNotifiedThings ?? numberOfSucceededThings ?? 1;
    const increases = Math.floor(counted.length / step);
    const rate = Math.floor(baseRatePerMinute * incrementFactor ** increases);
    return Math.min(rate, maximumPerMinute);
  }
}
