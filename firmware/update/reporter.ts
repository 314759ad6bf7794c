import { config } from "../config.ts";
import { type Failure, failures } from "../failure.ts";
import type { Jobs } from "../job/jobs.ts";
import { Outbox } from "../job/outbox.ts";
import { Progress, statusDetails } from "../job/progress.ts";
import type { JobUpdate } from "../job/updates.ts";
import type { Platform } from "../ports/platform.ts";
import { runningVersion } from "../verify/identity.ts";
import type { ActiveJob, JobIdentity } from "./active-job.ts";
import type { Phase } from "./phases.ts";

/** What the job is told: progress as it comes, its end through the outbox until that is taken. */
export class Reporter {
  private readonly jobs: Jobs;
  private readonly platform: Platform;
  private readonly outbox: Outbox;
  private readonly progress: Progress;

  constructor(jobs: Jobs, platform: Platform) {
    this.jobs = jobs;
    this.platform = platform;
    this.outbox = new Outbox(platform.store);
    this.progress = new Progress(platform.clock);
  }

  /** Sends what an earlier run could not. @returns false if there is nothing */
  takeUp(): boolean {
    const entry = this.outbox.entry();
    if (entry !== undefined) this.jobs.update(entry);
    return entry !== undefined;
  }

  /** The service has the end of this job, or wants nothing of it. */
  settle(jobId: string): void {
    this.outbox.settle(jobId);
  }

  /** Progress, if it is due. */
  tell(job: ActiveJob, phase: Phase): void {
    const details = this.progress.next({ phase, bytes: job.bytes, size: job.document.size });
    if (details !== undefined) this.update(job, details);
  }

  /** A sign of life for the step timer, whatever was told last. */
  heartbeat(job: ActiveJob, phase: Phase): void {
    this.progress.reset();
    this.tell(job, phase);
  }

  succeed(job: JobIdentity): void {
    const version = runningVersion(this.platform.primary);
    this.end(job, {
      status: "SUCCEEDED",
      statusDetails: statusDetails({ phase: "done", version }),
    });
  }

  /** @param phase in which it failed */
  fail(job: JobIdentity, failure: Failure, phase: Phase): void {
    const { code, detail } = failure;
    this.platform.log(`job ${job.jobId}: ${code}: ${detail}`);
    const version = runningVersion(this.platform.primary);
    this.end(job, {
      status: failures[code].status,
      statusDetails: statusDetails({ reason: code, detail, phase, version }),
    });
  }

  private end(job: JobIdentity, state: Pick<JobUpdate, "status" | "statusDetails">): void {
    const { jobId, executionNumber } = job;
    const update = {
      jobId,
      executionNumber,
      status: state.status,
      statusDetails: state.statusDetails,
    };
    this.outbox.put(update);
    this.jobs.update(update);
    this.progress.reset();
  }

  private update(job: ActiveJob, details: JobUpdate["statusDetails"]): void {
    this.jobs.update({
      jobId: job.jobId,
      executionNumber: job.executionNumber,
      status: "IN_PROGRESS",
      statusDetails: details,
      stepTimeoutInMinutes: job.hasStepTimer ? config.stepTimeoutMinutes : undefined,
    });
  }
}
