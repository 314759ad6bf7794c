import type { ExecutionState } from "../serviceError.ts";
import type { Job } from "./job.ts";

/** AWS IoT developer guide, "Jobs and job execution states". */
export type ExecutionStatus =
  | "QUEUED"
  | "IN_PROGRESS"
  | "SUCCEEDED"
  | "FAILED"
  | "TIMED_OUT"
  | "REJECTED"
  | "REMOVED"
  | "CANCELED";

/**
 * One job on one thing: the service's own record. Deliberately not shared with
 * firmware/job/execution.ts, whose reading of it is held against this: a list in common would share
 * its mistakes.
 */
export interface Execution {
  readonly job: Job;
  readonly thingName: string;
  readonly executionNumber: number;
  /** Position in the order of creation: two of one millisecond still have an order. */
  readonly sequence: number;
  readonly queuedAtMs: number;
  status: ExecutionStatus;
  statusDetails: Readonly<Record<string, string>>;
  versionNumber: number;
  startedAtMs: number | undefined;
  lastUpdatedAtMs: number;
  forceCanceled: boolean;
  /** When the in-progress timer (job) and the step timer (device) run out. */
  inProgressDeadlineMs: number | undefined;
  stepDeadlineMs: number | undefined;
}

export function isPending(execution: Execution): boolean {
  return execution.status === "QUEUED" || execution.status === "IN_PROGRESS";
}

export function deadlineMs(execution: Execution): number | undefined {
  if (execution.status !== "IN_PROGRESS") return undefined;
  const { inProgressDeadlineMs, stepDeadlineMs } = execution;
  if (inProgressDeadlineMs === undefined) return stepDeadlineMs;
  if (stepDeadlineMs === undefined) return inProgressDeadlineMs;
  return Math.min(inProgressDeadlineMs, stepDeadlineMs);
}

/** statusDetails is left out when there are none, as the live service does. */
export function stateOf(execution: Execution): ExecutionState {
  const { status, statusDetails, versionNumber } = execution;
  const hasDetails = Object.keys(statusDetails).length > 0;
  return hasDetails ? { status, statusDetails, versionNumber } : { status, versionNumber };
}
