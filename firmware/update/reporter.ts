import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import { attempt, type Failure, failures } from "../failure.ts";
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
  /** Until the step timer of the job under way needs a sign of life. */
  private readonly heartbeat: Deadline;
  /** The terminal state that the service does not have yet. */
  private pending: JobUpdate | undefined;

  constructor(jobs: Jobs, platform: Platform) {
    this.jobs = jobs;
    this.platform = platform;
    this.outbox = new Outbox(platform.store);
    this.progress = new Progress(platform.clock);
    this.heartbeat = new Deadline(platform.clock);
  }

  /** Sends what an earlier run could not, or what was refused. @returns false if there is nothing */
  takeUp(): boolean {
    if (this.pending === undefined) this.pending = this.outbox.entry();
    if (this.pending !== undefined) this.jobs.update(this.pending);
    return this.pending !== undefined;
  }

  /**
   * The service has the end of this job, or wants nothing of it.
   * @returns false if nothing was waiting for that
   */
  settle(jobId: string): boolean {
    if (this.pending === undefined || this.pending.jobId !== jobId) return false;
    this.pending = undefined;
    this.tryStore(() => this.outbox.settle(jobId));
    return true;
  }

  /** Progress, if it is due. Where a step timer runs, it is told again before that runs out. */
  tell(job: ActiveJob, phase: Phase): void {
    const details = this.progress.next({ phase, bytes: job.bytes, size: job.document.size });
    if (details === undefined) return;
    this.update(job, details);
    if (!job.hasStepTimer) return;
    this.heartbeat.start(config.heartbeatIntervalMs, () => {
      this.progress.reset();
      this.tell(job, phase);
    });
  }

  /** No job is under way any more. */
  endProgress(): void {
    this.heartbeat.cancel();
    this.progress.reset();
  }

  succeed(job: JobIdentity): void {
    const version = this.version();
    this.end(job, {
      status: "SUCCEEDED",
      statusDetails: statusDetails({ phase: "done", version }),
    });
  }

  /** @param phase in which it failed */
  fail(job: JobIdentity, failure: Failure, phase: Phase): void {
    const { code, detail } = failure;
    this.platform.log(`job ${job.jobId}: ${code}: ${detail}`);
    const version = this.version();
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
    this.pending = update;
    this.tryStore(() => this.outbox.put(update));
    this.jobs.update(update);
  }

  private version(): string | undefined {
    let version: string | undefined;
    attempt(
      () => {
        version = runningVersion(this.platform.primary);
      },
      (failure) => this.logFailure(failure),
    );
    return version;
  }

  /** Without the store a report is lost only if a reset comes before the service has it. */
  private tryStore(work: () => void): void {
    attempt(work, (failure) => this.logFailure(failure));
  }

  private logFailure(failure: Failure): void {
    this.platform.log(`report: ${failure.code}: ${failure.detail}`);
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
