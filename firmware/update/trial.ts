import { type ApplicationCheck, SelfTest } from "../confirm/self-test.ts";
import type { JobExecution } from "../job/execution.ts";
import type { Jobs } from "../job/jobs.ts";
import type { Platform } from "../ports/platform.ts";
import { isSameRun, type JobIdentity } from "./active-job.ts";
import type { Journal } from "./journal.ts";

export interface TrialOptions {
  readonly platform: Platform;
  readonly jobs: Jobs;
  readonly journal: Journal;
  readonly application: ApplicationCheck;
  /** Time in which the image must confirm, ms. */
  readonly deadlineMs: number;
  /** `job` brought the image. */
  readonly onPassed: (job: JobIdentity | undefined) => void;
  readonly onFailed: (reason: string) => void;
}

/**
 * The trial of an image that runs unconfirmed: the application works, the cloud is reached, and
 * the job that brought the image is still ours. Without a job (an image that was flashed by other
 * means, or a rollback) the cloud alone will do.
 */
export class Trial {
  private readonly options: TrialOptions;
  /** The job that brought the image; undefined if none did. */
  private job: JobIdentity | undefined;
  private readonly selfTest: SelfTest;

  constructor(options: TrialOptions) {
    this.options = options;
    this.selfTest = new SelfTest({
      clock: options.platform.clock,
      deadlineMs: options.deadlineMs,
      application: options.application,
      onPassed: () => options.onPassed(this.job),
      onFailed: options.onFailed,
    });
  }

  start(job: JobIdentity | undefined): void {
    this.job = job;
    if (job !== undefined) this.options.journal.amend({ stage: "testing" });
    this.selfTest.start();
  }

  /** The cloud is there, or something has changed there. */
  ask(): void {
    if (this.job === undefined) this.selfTest.cloudReached();
    else this.options.jobs.describe(this.job.jobId);
  }

  answer(execution: JobExecution | undefined): void {
    if (this.job === undefined) return;
    const isOurs = execution !== undefined && isSameRun(this.job, execution);
    if (isOurs) this.selfTest.cloudReached();
    else this.selfTest.fail("the job is no longer ours");
  }

  jobGone(reason: string): void {
    this.selfTest.fail(`the job is gone: ${reason}`);
  }
}
