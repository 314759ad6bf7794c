import { epochSeconds } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import { invalidRequest, ServiceError } from "../serviceError.ts";
import { type Execution, type ExecutionStatus, isPending, stateOf } from "./execution.ts";
import type { Ledger } from "./ledger.ts";
import { checkStatusDetails, checkTimeoutMinutes } from "./limits.ts";
import { summaryView } from "./views.ts";

export interface StartRequest {
  readonly statusDetails?: Readonly<Record<string, string>> | undefined;
  readonly stepTimeoutMinutes?: number | undefined;
}

export interface DescribeRequest {
  /** A job's id, or `$next` for the head of the queue. */
  readonly jobId: string;
  readonly executionNumber?: number | undefined;
  readonly includeJobDocument?: boolean | undefined;
}

export interface UpdateRequest {
  readonly jobId: string;
  readonly status: string;
  readonly statusDetails?: Readonly<Record<string, string>> | undefined;
  readonly expectedVersion?: number | undefined;
  readonly executionNumber?: number | undefined;
  /** 1 to 10,080; -1 stops the step timer. */
  readonly stepTimeoutMinutes?: number | undefined;
  readonly includeJobExecutionState?: boolean | undefined;
  readonly includeJobDocument?: boolean | undefined;
}

const settableByDevice: ReadonlySet<string> = new Set<ExecutionStatus>([
  "IN_PROGRESS",
  "SUCCEEDED",
  "FAILED",
  "REJECTED",
]);

const setByService: ReadonlySet<string> = new Set<ExecutionStatus>([
  "CANCELED",
  "TIMED_OUT",
  "REMOVED",
]);

/**
 * What a thing may ask of the Jobs service, whatever it asks over (AWS IoT developer guide, "Jobs
 * device MQTT API operations"). Each method gives the body of the accepted reply or throws a
 * ServiceError.
 */
export class DeviceJobs {
  private readonly ledger: Ledger;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  pending(thingName: string): JsonObject {
    const pending = this.ledger.pending(thingName);
    const started = pending.filter(({ status }) => status === "IN_PROGRESS");
    const queued = pending.filter(({ status }) => status === "QUEUED");
    return { inProgressJobs: started.map(summaryView), queuedJobs: queued.map(summaryView) };
  }

  /** An execution already in progress is given again, unchanged and not bumped. */
  startNext(thingName: string, request: StartRequest): JsonObject {
    const details = request.statusDetails;
    if (details !== undefined) checkStatusDetails(details);
    checkTimeoutMinutes(request.stepTimeoutMinutes, "stepTimeoutInMinutes");
    const head = this.ledger.head(thingName);
    if (head === undefined) return {};
    if (head.status === "QUEUED") {
      this.ledger.change([thingName], () => {
        this.ledger.revise(head, "IN_PROGRESS");
        head.statusDetails = details ?? {};
        this.setStepTimer(head, request.stepTimeoutMinutes);
      });
    }
    return { execution: this.ledger.view(head) };
  }

  describe(thingName: string, request: DescribeRequest): JsonObject {
    const execution =
      request.jobId === "$next"
        ? this.ledger.head(thingName)
        : this.ledger.execution(thingName, request.jobId, request.executionNumber);
    if (execution === undefined) return {};
    if (!isPending(execution)) {
      const message = `Job execution is in terminal state ${execution.status}`;
      throw new ServiceError("TerminalStateReached", message);
    }
    return { execution: this.ledger.view(execution, request.includeJobDocument ?? true) };
  }

  update(thingName: string, request: UpdateRequest): JsonObject {
    checkSettable(request.status);
    const details = request.statusDetails;
    if (details !== undefined) checkStatusDetails(details);
    const minutes = request.stepTimeoutMinutes;
    if (minutes !== -1) checkTimeoutMinutes(minutes, "stepTimeoutInMinutes");

    const execution = this.ledger.execution(thingName, request.jobId, request.executionNumber);
    requireUpdatable(execution, request);
    this.ledger.change([thingName], () => {
      this.ledger.revise(execution, request.status as ExecutionStatus);
      execution.statusDetails = details ?? execution.statusDetails;
      this.setStepTimer(execution, minutes);
    });
    return {
      ...(request.includeJobExecutionState === true
        ? { executionState: { ...stateOf(execution) } }
        : {}),
      ...(request.includeJobDocument === true
        ? { jobDocument: this.ledger.documentOf(execution) }
        : {}),
    };
  }

  /** Seconds since the epoch, for the envelope of every reply. */
  timestamp(): number {
    return epochSeconds(this.ledger.clock.now());
  }

  private setStepTimer(execution: Execution, minutes: number | undefined): void {
    if (minutes === undefined) return;
    const deadlineMs = this.ledger.clock.now() + minutes * 60_000;
    execution.stepDeadlineMs = minutes === -1 ? undefined : deadlineMs;
  }
}

/** The service's own states are no transition for a device: captured in September 2026. */
function checkSettable(status: string): void {
  if (settableByDevice.has(status)) return;
  const message = `status ${status} cannot be set by a device`;
  if (setByService.has(status)) throw new ServiceError("InvalidStateTransition", message);
  throw invalidRequest(message);
}

function requireUpdatable(execution: Execution, request: UpdateRequest): void {
  if (!isPending(execution)) {
    const message = `Job execution cannot go from ${execution.status} to ${request.status}`;
    throw new ServiceError("InvalidStateTransition", message, stateOf(execution));
  }
  const expected = request.expectedVersion;
  if (expected !== undefined && expected !== execution.versionNumber) {
    const message = `Expected version ${expected} but found version ${execution.versionNumber}`;
    throw new ServiceError("VersionMismatch", message, stateOf(execution));
  }
}
