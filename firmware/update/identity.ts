import { attempt } from "../failure.ts";
import { type FileFacts, parseFacts } from "../job/document.ts";
import { isTerminal, type JobExecution } from "../job/execution.ts";
import { isSameExecution, type JobIdentity } from "../job/identity.ts";
import { encodeUtf8 } from "../utf8.ts";
import { crc32 } from "../verify/crc32.ts";

/**
 * CRC-32 over what a document says of the file itself. The location is left out: a presigned URL is
 * another one each time the document is asked for. Stores keep it over updates of this firmware, so
 * it stays as it is: another one would make every trial a stranger's.
 */
export function fingerprint(document: FileFacts): number {
  const { size, version, crc32: crc, sha256, imageSize, securityCounter } = document;
  const text = JSON.stringify([size, version, crc, sha256?.join(), imageSize, securityCounter]);
  const bytes = encodeUtf8(text);
  return crc32(0, bytes, 0, bytes.byteLength);
}

/** To be taken while the execution's document is there. */
export function identityOf(execution: JobExecution): JobIdentity {
  const { jobId, executionNumber, queuedAt, document } = execution;
  const isTold = document.kind() !== "absent";
  return {
    jobId,
    executionNumber,
    queuedAt,
    fingerprint: isTold ? readable(execution) : undefined,
  };
}

function readable({ document }: JobExecution): number {
  let value = 0;
  attempt(
    () => {
      value = fingerprint(parseFacts(document));
    },
    () => {},
  );
  return value;
}

/** Whether `execution` is still the job's own run, and not over. */
export function isSameRun(job: JobIdentity, execution: JobExecution): boolean {
  return !isTerminal(execution.status) && isSameExecution(job, identityOf(execution));
}
