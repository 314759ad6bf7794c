import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import { attempt, type Failure } from "../failure.ts";
import { parseJobDocument } from "../job/document.ts";
import { isTerminal, type JobExecution } from "../job/execution.ts";
import { isSameExecution, type JobIdentity } from "../job/identity.ts";
import type { Jobs } from "../job/jobs.ts";
import type { Platform } from "../ports/platform.ts";
import type { Settings } from "../settings.ts";
import { imageIdentity } from "../verify/identity.ts";
import { type ActiveJob, startJob } from "./active-job.ts";
import { admit } from "./admission.ts";
import type { Listener } from "./answers.ts";
import { identityOf } from "./identity.ts";
import type { Journal } from "./journal.ts";
import type { UpdateRecord } from "./record.ts";
import type { Trust } from "./trust.ts";

export interface IntakeOptions {
  readonly platform: Platform;
  readonly settings: Settings;
  readonly trust: Trust;
  readonly journal: Journal;
  readonly jobs: Jobs;
  /** Noted in the journal, and not begun. */
  readonly onTaken: (job: ActiveJob) => void;
  readonly onRefused: (job: JobIdentity, failure: Failure) => void;
  /** The queue is empty. */
  readonly onNone: () => void;
}

/** Takes the job at the head of the queue: notes it in the journal, reads it, and admits it. */
export class Intake implements Listener {
  private readonly options: IntakeOptions;
  /** Until the next job is taken: after failed ones in a row, or one that many heard of. */
  private readonly pause: Deadline;

  constructor(options: IntakeOptions) {
    this.options = options;
    this.pause = new Deadline(options.platform.clock);
  }

  /** Asks for the next job, not before `failures` jobs in a row that FAILED have cost their wait. */
  askAfter(failures: number): void {
    const { failedJobWaitMaxMs } = this.options.settings;
    if (failures === 0 || failedJobWaitMaxMs === 0) {
      this.ask();
      return;
    }
    let waitMs: number = config.failedJobWaitMinMs;
    for (let job = 1; job < failures && waitMs < failedJobWaitMaxMs; job += 1) waitMs *= 2;
    waitMs = Math.min(waitMs, failedJobWaitMaxMs);
    this.options.platform.log(`the next job in ${waitMs / 1000} s: ${failures} failed in a row`);
    this.pause.start(waitMs, () => this.ask());
  }

  /** A job that came by a notice waits, so that not all of its trackers meet at the file server. */
  ask(isNotice = false): void {
    const { jobs, settings, platform } = this.options;
    if (this.pause.isRunning()) return;
    if (!isNotice || settings.startDelayMaxMs === 0) {
      jobs.startNext();
      return;
    }
    const waitMs = Math.floor(platform.random() * settings.startDelayMaxMs);
    this.pause.start(waitMs, () => jobs.startNext());
  }

  /** Of an execution that is over only a late answer can tell; the next job was asked for since. */
  answer(execution: JobExecution | undefined): void {
    const { onTaken, onRefused, onNone } = this.options;
    if (execution === undefined) onNone();
    if (execution === undefined || isTerminal(execution.status)) return;
    let job: ActiveJob | undefined;
    attempt(
      () => {
        job = this.take(execution);
      },
      (failure) => onRefused(identityOf(execution), failure),
    );
    if (job !== undefined) onTaken(job);
  }

  jobGone(): boolean {
    return false;
  }

  isNews(head: JobIdentity | undefined): boolean {
    return head !== undefined;
  }

  private take(execution: JobExecution): ActiveJob {
    const { journal, settings, platform, trust } = this.options;
    const known = this.note(execution);
    const document = parseJobDocument(execution.jobId, execution.document);
    admit(document, { settings, platform, trust, nowS: execution.toldAtS });
    const job = startJob(execution, document, known);
    const { fingerprint, patchFailure } = job;
    if (fingerprint !== known.fingerprint) {
      const { version, securityCounter: counter } = document;
      journal.clearProgress();
      journal.saveRecord(
        Object.assign(known, { fingerprint, version, counter, reached: 0, patchFailure }),
      );
    }
    return job;
  }

  /**
   * Before the document is read: whatever that does, the next start knows under which job.
   * @returns what the journal now says of the job
   */
  private note({ jobId, executionNumber, queuedAt }: JobExecution): UpdateRecord {
    const { journal, platform } = this.options;
    const known = journal.record();
    const unread = { jobId, executionNumber, queuedAt, fingerprint: undefined };
    const isKnown = known !== undefined && isSameExecution(known, unread);
    const from = imageIdentity(platform.primary, platform.format);
    // Half a patch onto another image would be completed onto this one.
    if (isKnown && known.from !== from) journal.clearProgress();
    const record: UpdateRecord = {
      jobId,
      executionNumber,
      queuedAt,
      fingerprint: isKnown ? known.fingerprint : undefined,
      version: isKnown ? known.version : "",
      stage: "downloading",
      from,
      image: "",
      reason: "",
      counter: isKnown ? known.counter : 0,
      begun: true,
      resets: isKnown ? known.resets : 0,
      reached: isKnown ? known.reached : 0,
      patchFailure: isKnown ? known.patchFailure : "",
    };
    journal.saveRecord(record);
    return record;
  }
}
