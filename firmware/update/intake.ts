import { attempt, type Failure } from "../failure.ts";
import { parseJobDocument } from "../job/document.ts";
import { isTerminal, type JobExecution } from "../job/execution.ts";
import type { Jobs } from "../job/jobs.ts";
import type { Platform } from "../ports/platform.ts";
import type { Settings } from "../settings.ts";
import { imageIdentity } from "../verify/identity.ts";
import { type ActiveJob, isSameFile, startJob } from "./active-job.ts";
import { admit } from "./admission.ts";
import type { Listener } from "./answers.ts";
import type { Journal } from "./journal.ts";

export interface IntakeOptions {
  readonly platform: Platform;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly jobs: Jobs;
  /** Noted in the journal, and not begun. */
  readonly onTaken: (job: ActiveJob) => void;
  readonly onRefused: (execution: JobExecution, failure: Failure) => void;
}

/** Takes the job at the head of the queue: reads it, admits it, and notes it in the journal. */
export class Intake implements Listener {
  private readonly options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.options = options;
  }

  ask(): void {
    this.options.jobs.startNext();
  }

  /** Of an execution that is over only a late answer can tell; the next job was asked for since. */
  answer(execution: JobExecution | undefined): void {
    if (execution === undefined || isTerminal(execution.status)) return;
    const { onTaken, onRefused } = this.options;
    let job: ActiveJob | undefined;
    attempt(
      () => {
        job = this.take(execution);
      },
      (failure) => onRefused(execution, failure),
    );
    if (job !== undefined) onTaken(job);
  }

  jobGone(): boolean {
    return false;
  }

  isNews(head: JobExecution | undefined): boolean {
    return head !== undefined;
  }

  private take(execution: JobExecution): ActiveJob {
    const document = parseJobDocument(execution.jobId, execution.document);
    admit(document, this.options);
    const job = startJob(execution, document);
    this.remember(job);
    return job;
  }

  private remember(job: ActiveJob): void {
    const { journal, platform } = this.options;
    const record = journal.record();
    if (record === undefined || !isSameFile(job, record)) journal.clearProgress();
    journal.saveRecord({
      jobId: job.jobId,
      executionNumber: job.executionNumber,
      fingerprint: job.fingerprint,
      version: job.document.version,
      stage: "downloading",
      from: imageIdentity(platform.primary),
      image: "",
      reason: "",
    });
  }
}
