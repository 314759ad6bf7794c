import type { Job } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import { type EndBehavior, timeOf } from "./options.ts";
import type { Rollout } from "./rollout.ts";
import { windowAt } from "./windows.ts";

/** Starts, halts and ends the rollout of a job at the times of its schedule, by the cloud's clock. */
export class Scheduler {
  private readonly ledger: Ledger;
  private readonly rollout: Rollout;

  constructor(ledger: Ledger, rollout: Rollout) {
    this.ledger = ledger;
    this.rollout = rollout;
  }

  /** For a new job, and for one that was under way when the cloud was stopped. */
  plan(job: Job): void {
    const { startTime, endTime, endBehavior, maintenanceWindows } = job.request.schedule ?? {};
    if (endTime !== undefined) {
      this.at(job, "end", timeOf(endTime), () => this.end(job, endBehavior));
    }
    if (maintenanceWindows !== undefined && !job.isRolloutStopped) this.followWindows(job);
    else if (job.status === "SCHEDULED" && startTime !== undefined) {
      this.at(job, "start", timeOf(startTime), () => this.turn(job, "IN_PROGRESS"));
    }
  }

  /** A job is in progress in its windows, and scheduled between them; what has it keeps it. */
  private followWindows(job: Job): void {
    const { schedule } = job.request;
    const nowMs = this.ledger.clock.now();
    const window = windowAt(schedule, beginOf(job), nowMs);
    const isInside = window !== undefined && window.opensMs <= nowMs;
    if (window !== undefined) {
      const nextMs = isInside ? window.closesMs : window.opensMs;
      this.at(job, "start", nextMs, () => this.followWindows(job));
    }
    this.turn(job, isInside ? "IN_PROGRESS" : "SCHEDULED");
  }

  private turn(job: Job, status: "IN_PROGRESS" | "SCHEDULED"): void {
    if (job.status !== status) {
      this.ledger.changeAll(job, () => {
        job.status = status;
        job.lastUpdatedAtMs = this.ledger.clock.now();
      });
    }
    this.rollout.add(job, []);
  }

  private end(job: Job, behavior: EndBehavior = "STOP_ROLLOUT"): void {
    if (behavior !== "STOP_ROLLOUT") {
      this.ledger.cancel(job, { force: behavior === "FORCE_CANCEL" });
      return;
    }
    this.ledger.changeAll(job, () => {
      job.isRolloutStopped = true;
      // Also where that is between two windows: what has the job goes on with it.
      job.status = "IN_PROGRESS";
      this.ledger.callOff(job);
    });
  }

  private at(job: Job, name: "start" | "end", timeMs: number, action: () => void): void {
    const { clock } = this.ledger;
    job.timers.set(name, clock.schedule(timeMs - clock.now(), action));
  }
}

/** Milliseconds since the epoch. */
export function beginOf({ request, createdAtMs }: Job): number {
  const { startTime } = request.schedule ?? {};
  return startTime === undefined ? createdAtMs : timeOf(startTime);
}
