import type { Execution, ExecutionStatus } from "./execution.ts";
import type { Job } from "./job.ts";

/** Of all that ends an execution, what counts as its having been carried out. */
const executed: ReadonlySet<ExecutionStatus> = new Set([
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

/** Whether so many things have failed that the job is to be canceled. @param executions of the job */
export function isAborted(job: Job, executions: readonly Execution[]): boolean {
  const last = new Map(executions.map((execution) => [execution.thingName, execution.status]));
  const ended = [...last.values()].filter((status) => executed.has(status));
  return (job.request.abort ?? []).some(
    ({ failureType, thresholdPercentage, minNumberOfExecutedThings }) => {
      const failed = ended.filter((status) =>
        failureType === "ALL" ? status !== "SUCCEEDED" : status === failureType,
      );
      const percentage = (100 * failed.length) / ended.length;
      return ended.length >= minNumberOfExecutedThings && percentage >= thresholdPercentage;
    },
  );
}
