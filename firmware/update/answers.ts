import { Backoff } from "../backoff.ts";
import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import type { JobExecution } from "../job/execution.ts";
import type { JobIdentity } from "../job/identity.ts";
import type { JobsEvents } from "../job/jobs.ts";
import type { JobUpdate } from "../job/updates.ts";
import type { Platform } from "../ports/platform.ts";
import { identityOf } from "./identity.ts";

/** Whom the service's answers concern for now. */
export interface Listener {
  /**
   * The cloud is there, or something has changed there: asks what has to be known.
   * @param isNotice all trackers of the job hear of it at once
   */
  ask(isNotice?: boolean): void;
  /** The answer to a question; undefined where there is no such job. */
  answer(execution: JobExecution | undefined): void;
  /** @returns whether this was the listener's job */
  jobGone(jobId: string, reason: string): boolean;
  /** Whether a notice of this head of the queue is a reason to ask. */
  isNews(head: JobIdentity | undefined): boolean;
}

/** The head of the queue, as a notice told it. */
interface Notice {
  readonly head: JobIdentity | undefined;
}

export interface AnswersOptions {
  readonly platform: Platform;
  /** Undefined while nothing that the service says of jobs matters. */
  readonly listener: () => Listener | undefined;
  /** The cloud is there. */
  readonly onReached: () => void;
  /** A question to the service is under way. */
  readonly isAsking: () => boolean;
  /** The service has the end of this job, or wants nothing of it. */
  readonly onSettled: (jobId: string) => void;
  /** A request that the service has refused is to be put again. */
  readonly onRetry: () => void;
}

/** Passes what the Jobs service says to whom it concerns. */
export class Answers implements JobsEvents {
  private readonly options: AnswersOptions;
  /** Until a request that the service has refused is put again. */
  private readonly retry: Deadline;
  /** Until a job that has changed under an update is looked at. */
  private readonly look: Deadline;
  private readonly looks: Backoff;
  /** Notices came while a question was under way: the last of them, to be looked at behind it. */
  private notice: Notice | undefined;

  constructor(options: AnswersOptions) {
    const { clock, random } = options.platform;
    this.options = options;
    this.retry = new Deadline(clock);
    this.look = new Deadline(clock);
    this.looks = new Backoff({ minMs: config.backoffMinMs, maxMs: config.backoffMaxMs, random });
  }

  /** Nothing is to be asked again: the listener is another one. */
  cancelRetry(): void {
    this.retry.cancel();
  }

  onOnline(): void {
    this.notice = undefined;
    this.look.cancel();
    this.options.onReached();
    this.options.listener()?.ask();
  }

  onExecution(execution: JobExecution | undefined): void {
    const { notice } = this;
    this.notice = undefined;
    this.options.listener()?.answer(execution);
    if (notice !== undefined) this.consider(notice);
  }

  /**
   * A notice may be old: what counts is the service's answer to a question. However many come, one
   * question is under way, and one more to follow.
   */
  onNextChanged(head: JobExecution | undefined): void {
    const notice = { head: head === undefined ? undefined : identityOf(head) };
    if (this.options.isAsking()) this.notice = notice;
    else this.consider(notice);
  }

  private consider({ head }: Notice): void {
    const listener = this.options.listener();
    if (listener?.isNews(head)) listener.ask(true);
  }

  onUpdated(update: JobUpdate): void {
    this.looks.reset();
    if (update.status !== "IN_PROGRESS") this.options.onSettled(update.jobId);
  }

  /** Not at once: a service that says so again and again is not asked in a tight loop. */
  onChanged(): void {
    this.look.start(this.looks.next(), () => this.options.listener()?.ask());
  }

  onGone(jobId: string, reason: string): void {
    this.options.platform.log(`job ${jobId} is gone: ${reason}`);
    const isHeard = this.options.listener()?.jobGone(jobId, reason) ?? false;
    if (!isHeard) this.options.onSettled(jobId);
  }

  onRejected(_jobId: string, code: string, message: string): void {
    this.options.platform.log(`the Jobs service refuses a request: ${code} ${message}`);
    this.retry.start(config.backoffMaxMs, this.options.onRetry);
  }
}
