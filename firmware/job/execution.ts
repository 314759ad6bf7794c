import type { JsonValue } from "./json/value.ts";
import type { PatchOffer } from "./patch-offers.ts";
import { isJobId } from "./topics.ts";

/** AWS IoT developer guide, "Job execution states". */
export type JobStatus =
  | "QUEUED"
  | "IN_PROGRESS"
  | "SUCCEEDED"
  | "FAILED"
  | "TIMED_OUT"
  | "REJECTED"
  | "REMOVED"
  | "CANCELED";

/**
 * A job execution as far as the device cares; each field was checked. Deliberately not shared with
 * hw-test/cloud/jobs/execution.ts, the service's own record, which is the oracle of this one.
 */
export interface JobExecution {
  readonly jobId: string;
  readonly status: JobStatus;
  /** Grows with every accepted update; for `expectedVersion`. */
  readonly versionNumber: number;
  /** Tells this execution from an earlier one of the same job. */
  readonly executionNumber: number | undefined;
  /** When it was queued, seconds since 1970: tells it from another job of the same id. */
  readonly queuedAt: number | undefined;
  /** The job document, for `parseJobDocument` before the next message; absent where none came. */
  readonly document: JsonValue;
  /** The patch in it that suits this tracker, while the HEX file's location is kept. */
  readonly offer: PatchOffer | undefined;
  /** The service's time of day when it said so, seconds since 1970. */
  readonly toldAtS: number | undefined;
  /** Time left on the step timer, seconds; there when one runs, which an update can reset. */
  readonly secondsBeforeTimedOut: number | undefined;
}

/** The part of an execution that replies to an update carry. */
export interface ExecutionState {
  readonly status: JobStatus;
  readonly versionNumber: number;
}

export function isTerminal(status: JobStatus): boolean {
  return status !== "QUEUED" && status !== "IN_PROGRESS";
}

/**
 * @param message whose `execution` it is
 * @param offer what its document offers
 * @returns undefined if that is not a sound execution
 */
export function parseExecution(message: JsonValue, offer?: PatchOffer): JobExecution | undefined {
  const value = message.at("execution");
  const state = parseExecutionState(value);
  const jobId = value.at("jobId").text();
  if (state === undefined || jobId === undefined || !isJobId(jobId)) return undefined;
  return {
    jobId,
    status: state.status,
    versionNumber: state.versionNumber,
    executionNumber: numberField(value, "executionNumber"),
    queuedAt: numberField(value, "queuedAt"),
    document: value.at("jobDocument"),
    offer,
    toldAtS: numberField(message, "timestamp"),
    secondsBeforeTimedOut: numberField(value, "approximateSecondsBeforeTimedOut"),
  };
}

/** @returns undefined if `value` is not a sound state */
export function parseExecutionState(value: JsonValue): ExecutionState | undefined {
  const status = value.at("status").text();
  const versionNumber = numberField(value, "versionNumber");
  if (!isJobStatus(status) || versionNumber === undefined) return undefined;
  return { status, versionNumber };
}

function numberField(object: JsonValue, name: string): number | undefined {
  const value = object.at(name).number();
  return value !== undefined && value >= 0 && value < Infinity ? value : undefined;
}

function isJobStatus(value: string | undefined): value is JobStatus {
  switch (value) {
    case "QUEUED":
    case "IN_PROGRESS":
    case "SUCCEEDED":
    case "FAILED":
    case "TIMED_OUT":
    case "REJECTED":
    case "REMOVED":
    case "CANCELED":
      return true;
    default:
      return false;
  }
}
