import { isJsonObject, type JsonObject, ownField } from "./fields.ts";
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

/** A job execution as far as the device cares; each field was checked. */
export interface JobExecution {
  readonly jobId: string;
  readonly status: JobStatus;
  /** Grows with every accepted update; for `expectedVersion`. */
  readonly versionNumber: number;
  /** Tells this execution from an earlier one of the same job. */
  readonly executionNumber: number | undefined;
  readonly statusDetails: JsonObject;
  /** The job document, for `parseJobDocument`; undefined where none was sent. */
  readonly document: unknown;
  /** Time left on the step timer, seconds; there when one runs, which an update can reset. */
  readonly secondsBeforeTimedOut: number | undefined;
}

/** The part of an execution that replies to an update carry. */
export interface ExecutionState {
  readonly status: JobStatus;
  readonly versionNumber: number;
}

const noDetails: JsonObject = Object.freeze({});

export function isTerminal(status: JobStatus): boolean {
  return status !== "QUEUED" && status !== "IN_PROGRESS";
}

/** @returns undefined if `value` is not a sound execution */
export function parseExecution(value: unknown): JobExecution | undefined {
  const state = parseExecutionState(value);
  if (state === undefined || !isJsonObject(value)) return undefined;
  const jobId = ownField(value, "jobId");
  if (typeof jobId !== "string" || !isJobId(jobId)) return undefined;
  const details = ownField(value, "statusDetails");
  return {
    jobId,
    status: state.status,
    versionNumber: state.versionNumber,
    executionNumber: numberField(value, "executionNumber"),
    statusDetails: isJsonObject(details) ? details : noDetails,
    document: ownField(value, "jobDocument"),
    secondsBeforeTimedOut: numberField(value, "approximateSecondsBeforeTimedOut"),
  };
}

/** @returns undefined if `value` is not a sound state */
export function parseExecutionState(value: unknown): ExecutionState | undefined {
  if (!isJsonObject(value)) return undefined;
  const status = ownField(value, "status");
  const versionNumber = numberField(value, "versionNumber");
  if (!isJobStatus(status) || versionNumber === undefined) return undefined;
  return { status, versionNumber };
}

function numberField(object: JsonObject, name: string): number | undefined {
  const value = ownField(object, name);
  return typeof value === "number" && value >= 0 && value < Infinity ? value : undefined;
}

function isJobStatus(value: unknown): value is JobStatus {
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
