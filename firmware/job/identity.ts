/**
 * Which execution of which job. A job's id alone does not tell: after DeleteJob the same id and the
 * same execution number may be another job (AWS IoT API, "DeleteJob").
 */
export interface JobIdentity {
  readonly jobId: string;
  /** A retry of the job has the next one. */
  readonly executionNumber: number | undefined;
  /** When the service queued it, seconds since 1970. */
  readonly queuedAt: number | undefined;
  /**
   * CRC-32 over what the job document says of the file, 0 where that cannot be read; undefined where
   * the document was not asked for.
   */
  readonly fingerprint: number | undefined;
}

/** What one of them does not say makes no difference: a store may be of an earlier firmware. */
export function isSameExecution(one: JobIdentity, other: JobIdentity): boolean {
  return (
    one.jobId === other.jobId &&
    mayBeSame(one.executionNumber, other.executionNumber) &&
    mayBeSame(one.queuedAt, other.queuedAt) &&
    mayBeSame(one.fingerprint, other.fingerprint)
  );
}

function mayBeSame(one: number | undefined, other: number | undefined): boolean {
  return one === undefined || other === undefined || one === other;
}
