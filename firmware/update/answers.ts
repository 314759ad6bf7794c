import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import type { JobExecution } from "../job/execution.ts";
import type { JobsEvents } from "../job/jobs.ts";
import type { JobUpdate } from "../job/updates.ts";
import type { Platform } from "../ports/platform.ts";

/** Whom the service's answers concern for now. */
export interface Listener {
  /** The cloud is there, or something has changed there: asks what has to be known. */
  ask(): void;
  /** The answer to a question; undefined where there is no such job. */
  answer(execution: JobExecution | undefined): void;
  /** @returns whether this was the listener's job */
  jobGone(jobId: string, reason: string): boolean;
  /** Whether a notice of this head of the queue is a reason to ask. */
  isNews(head: JobExecution | undefined): boolean;
}

export interface AnswersOptions {
  readonly platform: Platform;
  /** Undefined while nothing that the service says of jobs matters. */
  readonly listener: () => Listener | undefined;
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

  constructor(options: AnswersOptions) {
    this.options = options;
    this.retry = new Deadline(options.platform.clock);
  }

  /** Nothing is to be asked again: the listener is another one. */
  cancelRetry(): void {
    this.retry.cancel();
  }

  onOnline(): void {
    this.options.listener()?.ask();
  }

  onExecution(execution: JobExecution | undefined): void {
    this.options.listener()?.answer(execution);
  }

  /** A notice may be old: what counts is the service's answer to a question. */
  onNextChanged(head: JobExecution | undefined): void {
    const listener = this.options.listener();
    if (listener?.isNews(head)) listener.ask();
  }

  onUpdated(update: JobUpdate): void {
    if (update.status !== "IN_PROGRESS") this.options.onSettled(update.jobId);
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
