import type { JobDocument } from "../job/document.ts";
import { isTerminal, type JobExecution } from "../job/execution.ts";
import { fingerprint } from "./admission.ts";

/** Which execution of which job: what a report is addressed to. */
export interface JobIdentity {
  readonly jobId: string;
  readonly executionNumber: number | undefined;
}

/** The job under way, from its start to its end or to the reset. */
export interface ActiveJob extends JobIdentity {
  readonly document: JobDocument;
  readonly fingerprint: number;
  /** A step timer runs at the service: it must be told something from time to time. */
  readonly hasStepTimer: boolean;
  /** Bytes of the HEX file that are done. */
  bytes: number;
  /** The file server refused the URL; the next answer of the service brings another one. */
  wantsFreshUrl: boolean;
}

export function startJob(execution: JobExecution, document: JobDocument): ActiveJob {
  return {
    jobId: execution.jobId,
    executionNumber: execution.executionNumber,
    document,
    fingerprint: fingerprint(document),
    hasStepTimer: execution.secondsBeforeTimedOut !== undefined,
    bytes: 0,
    wantsFreshUrl: false,
  };
}

/**
 * Whether `execution` is still the job's own run: not over, and no later attempt at the same job
 * (AWS IoT: a retry has the same job id and the next execution number).
 */
export function isSameRun(job: JobIdentity, execution: JobExecution): boolean {
  const { jobId, executionNumber, status } = execution;
  const isOther =
    job.executionNumber !== undefined &&
    executionNumber !== undefined &&
    job.executionNumber !== executionNumber;
  return jobId === job.jobId && !isOther && !isTerminal(status);
}
