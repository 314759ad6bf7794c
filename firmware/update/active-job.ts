import type { JobDocument } from "../job/document.ts";
import type { JobExecution } from "../job/execution.ts";
import type { JobIdentity } from "../job/identity.ts";
import { fingerprint } from "./identity.ts";

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
    queuedAt: execution.queuedAt,
    document,
    fingerprint: fingerprint(document),
    hasStepTimer: execution.secondsBeforeTimedOut !== undefined,
    bytes: 0,
    wantsFreshUrl: false,
  };
}
