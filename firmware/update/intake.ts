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
  /** Until the next job is asked for: after failed ones in a row, or what many go through at once. */
  private readonly pause: Deadline;

  constructor(options: IntakeOptions) {
    this.options = options;
    this.pause = new Deadline(options.platform.clock);
  }

  /**
   * A job has ended: asks for the next one, which all of its trackers do, and not before `failures`
   * jobs in a row that FAILED have cost their wait.
   */
  askAfter(failures: number): void {
    const waitMs = this.failedWaitMs(failures);
    if (waitMs > 0) {
      this.options.platform.log(`the next job in ${waitMs / 1000} s: ${failures} failed in a row`);
    }
    this.askLater(waitMs);
  }

  /**
   * @param isNotice all trackers of the job hear of it at once: they are not to meet at the Jobs
   *   service, nor at the file server
   */
  ask(isNotice = false): void {
    if (this.pause.isRunning()) return;
    if (isNotice) this.askLater(0);
    else this.options.jobs.startNext();
  }

  /** After a wait that is drawn, of at least so long. */
  private askLater(leastMs: number): void {
    const { jobs, settings, platform } = this.options;
    const drawnMs = Math.floor(platform.random() * settings.startDelayMaxMs);
    const waitMs = Math.max(leastMs, drawnMs);
    if (waitMs === 0) jobs.startNext();
    else this.pause.start(waitMs, () => jobs.startNext());
  }

  private failedWaitMs(failures: number): number {
    const { failedJobWaitMaxMs } = this.options.settings;
    if (failures === 0) return 0;
    let waitMs: number = config.failedJobWaitMinMs;
    for (let job = 1; job < failures && waitMs < failedJobWaitMaxMs; job += 1) waitMs *= 2;
    return Math.min(waitMs, failedJobWaitMaxMs);
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
