import { type ApplicationCheck, SelfTest } from "../confirm/self-test.ts";
import { attempt, type Failure } from "../failure.ts";
import type { JobExecution } from "../job/execution.ts";
import type { Jobs } from "../job/jobs.ts";
import type { Platform } from "../ports/platform.ts";
import type { Listener } from "./answers.ts";
import { noteConfirmed } from "./confirmed.ts";
import { isSameRun } from "./identity.ts";
import type { Journal } from "./journal.ts";
import type { UpdateRecord } from "./record.ts";
import type { Trust } from "./trust.ts";

export interface TrialOptions {
  readonly platform: Platform;
  readonly jobs: Jobs;
  readonly journal: Journal;
  readonly trust: Trust;
  readonly application: ApplicationCheck;
  /** Time in which the image must confirm, ms. */
  readonly deadlineMs: number;
  /** The image stays, and what outlives it is kept. `job` brought it. */
  readonly onConfirmed: (job: UpdateRecord | undefined) => void;
  /** Why is in the journal, for the old image to report: a reset must follow. */
  readonly onFailed: () => void;
}

/**
 * The trial of an image that runs unconfirmed: the application works, the cloud is reached, and
 * the job that brought the image is still ours; then it is confirmed. Without a job (an image that
 * was flashed by other means, or a rollback) the cloud alone will do.
 */
export class Trial implements Listener {
  private readonly options: TrialOptions;
  /** The job that brought the image; undefined if none did. */
  private job: UpdateRecord | undefined;
  private readonly selfTest: SelfTest;

  constructor(options: TrialOptions) {
    this.options = options;
    this.selfTest = new SelfTest({
      clock: options.platform.clock,
      deadlineMs: options.deadlineMs,
      application: options.application,
      onPassed: () => this.confirm(),
      onFailed: (reason) => this.giveUp(reason),
    });
  }

  start(job: UpdateRecord | undefined): void {
    this.job = job;
    const breach = this.options.trust.breach();
    attempt(
      () => {
        if (job !== undefined) this.options.journal.amend({ stage: "testing" });
        if (breach === undefined) this.selfTest.start();
        else this.giveUp(breach);
      },
      (failure) => this.giveUp(`${failure.code}: ${failure.detail}`),
    );
  }

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

  jobGone(_jobId: string, reason: string): boolean {
    this.selfTest.fail(`the job is gone: ${reason}`);
    return true;
  }

  isNews(): boolean {
    return true;
  }

  private confirm(): void {
    const { platform, onConfirmed } = this.options;
    let problem = "";
    attempt(
      () => platform.boot.confirm(),
      (failure) => {
        problem = `${failure.code}: ${failure.detail}`;
      },
    );
    if (problem !== "") {
      this.giveUp(problem);
      return;
    }
    platform.log("update: confirmed");
    noteConfirmed(platform, this.options.trust, this.job);
    onConfirmed(this.job);
  }

  private giveUp(reason: string): void {
    const { platform, journal, onFailed } = this.options;
    platform.log(`self-test failed: ${reason}`);
    const onTrouble = ({ code, detail }: Failure): void =>
      platform.log(`update: ${code}: ${detail}`);
    attempt(() => journal.amend({ reason }), onTrouble);
    attempt(() => platform.boot.secureRevert(), onTrouble);
    onFailed();
  }
}
