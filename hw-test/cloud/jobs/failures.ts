import type { Execution, ExecutionStatus } from "./execution.ts";
import type { Job } from "./job.ts";
import type { Tally } from "./tally.ts";

/** Of all that ends an execution, what counts as its having been carried out. */
const executed: readonly ExecutionStatus[] = Object.freeze([
  "SUCCEEDED",
  "FAILED",
  "REJECTED",
  "TIMED_OUT",
]);

/**
 * Whether an execution that has ended is to be followed by another one on its thing.
 * @param earlier of the same job and thing, this one included
 */
export function isRetried(job: Job, execution: Execution, earlier: readonly Execution[]): boolean {
  if (job.status !== "IN_PROGRESS" || earlier.at(-1) !== execution) return false;
  return (job.request.retry ?? []).some(({ failureType, numberOfRetries }) => {
    const matches = ({ status }: Execution) =>
      failureType === "ALL"
        ? status === "FAILED" || status === "TIMED_OUT"
        : status === failureType;
    return matches(execution) && earlier.filter(matches).length <= numberOfRetries;
  });
}

/** Whether so many things have failed that the job is to be canceled. */
export function isAborted(job: Job, tally: Tally): boolean {
  const sum = (statuses: readonly ExecutionStatus[]) =>
    statuses.reduce((total, status) => total + tally.count(status), 0);
  const ended = sum(executed);
  return (job.request.abort ?? []).some(
    ({ failureType, thresholdPercentage, minNumberOfExecutedThings }) => {
      const isFailure = (status: ExecutionStatus) =>
        failureType === "ALL" ? status !== "SUCCEEDED" : status === failureType;
      const percentage = (100 * sum(executed.filter(isFailure))) / ended;
      return ended >= minNumberOfExecutedThings && percentage >= thresholdPercentage;
    },
  );
}
