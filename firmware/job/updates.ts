import { type ExecutionState, isTerminal, parseExecutionState } from "./execution.ts";
import type { JobIdentity } from "./identity.ts";
import type { JsonValue } from "./json/value.ts";
import type { StatusDetails } from "./progress.ts";
import type { Rejection } from "./rejection.ts";
import type { Request } from "./request.ts";
import type { JobTopics } from "./topics.ts";

/** What a device may set (AWS IoT developer guide, "UpdateJobExecution"). */
export type ReportedStatus = "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "REJECTED";

export interface JobUpdate extends JobIdentity {
  readonly status: ReportedStatus;
  readonly statusDetails: StatusDetails;
  /** Restarts the step timer, minutes: 1 to 10080. */
  readonly stepTimeoutInMinutes?: number | undefined;
}

export interface UpdatesEvents {
  /** The service has taken the update. */
  onUpdated(update: JobUpdate): void;
  /** It was not told: the execution has changed meanwhile. Describe the job, and see whose it is. */
  onChanged(update: JobUpdate): void;
  /** The job is deleted, cancelled, timed out or over: nothing more can be done for it. */
  onGone(jobId: string, reason: string): void;
  /** The service refuses a request for good: a bug of ours or a policy. `jobId` may be empty. */
  onRejected(jobId: string, code: string, message: string): void;
}

export interface UpdatesOptions {
  readonly topics: JobTopics;
  /** Used for nothing else. */
  readonly request: Request;
  readonly events: UpdatesEvents;
}

/**
 * Updates of job executions, one at a time: each needs the version that the reply to the one before
 * it gave, and none goes out without it: an update that expects no version would meet whatever
 * execution has the job's id by now. One more may wait; a later state of the job takes the place of
 * an earlier one there.
 */
export class Updates {
  private readonly options: UpdatesOptions;
  private current: JobUpdate | undefined;
  private waiting: JobUpdate | undefined;
  /** The version that the last reply gave, and whose. */
  private knownJobId = "";
  private knownVersion: number | undefined;

  constructor(options: UpdatesOptions) {
    this.options = options;
  }

  /**
   * @returns false if the job's version is not known, or a terminal state already waits, which
   *   nothing may replace
   */
  order(update: JobUpdate): boolean {
    if (update === this.current || update === this.waiting) return true;
    if (!this.knows(update)) return false;
    if (this.current === undefined) {
      this.begin(update);
      return true;
    }
    if (this.waiting !== undefined && isTerminal(this.waiting.status)) return false;
    this.waiting = update;
    return true;
  }

  /** The connection is gone: what has happened since is unknown. */
  clear(): void {
    this.options.request.end();
    this.current = undefined;
    this.waiting = undefined;
    this.learn("", undefined);
  }

  /** A reply said so; undefined: it no longer can be known. */
  learn(jobId: string, versionNumber: number | undefined): void {
    this.knownJobId = jobId;
    this.knownVersion = versionNumber;
  }

  /** @param executionState of the reply */
  accept(executionState: JsonValue): void {
    const update = this.current;
    if (update === undefined) return;
    const state = parseExecutionState(executionState);
    this.learn(update.jobId, state === undefined ? undefined : state.versionNumber);
    this.endCurrent();
    this.options.events.onUpdated(update);
  }

  reject(rejection: Rejection): void {
    const update = this.current;
    if (update === undefined) return;
    const state = parseExecutionState(rejection.executionState);
    if (rejection.effect === "again") this.options.request.sendLater();
    else if (isAlreadySo(update, state)) this.endAsUpdated(update);
    else if (rejection.effect === "gone" || (state !== undefined && isTerminal(state.status))) {
      this.endAsGone(update, rejection);
    } else if (rejection.effect === "version") this.endAsChanged(update);
    else this.endAsRefused(update, rejection);
  }

  private knows({ jobId }: JobUpdate): boolean {
    return jobId === this.knownJobId && this.knownVersion !== undefined;
  }

  private begin(update: JobUpdate): void {
    this.current = update;
    this.options.request.start(this.options.topics.update(update.jobId), this.fields(update));
  }

  private fields(update: JobUpdate): Readonly<Record<string, unknown>> {
    return {
      status: update.status,
      statusDetails: update.statusDetails,
      expectedVersion: this.knownVersion,
      executionNumber: update.executionNumber,
      stepTimeoutInMinutes: update.stepTimeoutInMinutes,
      includeJobExecutionState: true,
    };
  }

  /** Whether it is still the same execution only its description can tell. */
  private endAsChanged(update: JobUpdate): void {
    this.learn(update.jobId, undefined);
    const isLast = this.waiting === undefined;
    this.endCurrent();
    if (isLast) this.options.events.onChanged(update);
  }

  private endAsUpdated(update: JobUpdate): void {
    this.endCurrent();
    this.options.events.onUpdated(update);
  }

  private endAsGone(update: JobUpdate, rejection: Rejection): void {
    const waiting = this.waiting;
    if (waiting !== undefined && waiting.jobId === update.jobId) this.waiting = undefined;
    this.endCurrent();
    this.options.events.onGone(update.jobId, `${rejection.code}: ${rejection.message}`);
  }

  private endAsRefused(update: JobUpdate, rejection: Rejection): void {
    this.endCurrent();
    this.options.events.onRejected(update.jobId, rejection.code, rejection.message);
  }

  private endCurrent(): void {
    const next = this.waiting;
    this.options.request.end();
    this.current = undefined;
    this.waiting = undefined;
    if (next === undefined) return;
    if (this.knows(next)) this.begin(next);
    else this.options.events.onChanged(next);
  }
}

/** The reply to an earlier copy of this update was lost: what it asked for has happened. */
function isAlreadySo(update: JobUpdate, state: ExecutionState | undefined): boolean {
  return state !== undefined && isTerminal(state.status) && state.status === update.status;
}
