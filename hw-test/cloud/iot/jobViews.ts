import { epochSeconds } from "../clock.ts";
import type { Execution } from "../jobs/execution.ts";
import { isOpen, type Job, type JobRequest } from "../jobs/job.ts";
import { timeOf } from "../jobs/options.ts";
import { beginOf } from "../jobs/scheduler.ts";
import { secondsLeft } from "../jobs/views.ts";
import { nextOpenings } from "../jobs/windows.ts";
import type { Json, JsonObject } from "../json.ts";

/** How jobs look in the control plane's answers (AWS IoT API Reference, "Job"). */
export function jobView(job: Job, executions: readonly Execution[], nowMs: number): JsonObject {
  const { request } = job;
  const minutes = request.inProgressTimeoutMinutes;
  return {
    ...jobSummaryView(job),
    targets: request.targets,
    forceCanceled: job.forceCanceled,
    ...present({
      description: request.description,
      comment: job.comment,
      reasonCode: job.reasonCode,
    }),
    ...presignedUrlView(request),
    // These three are there whatever the job was created with, as captured from the live service.
    isConcurrent: false,
    timeoutConfig: minutes === undefined ? {} : { inProgressTimeoutInMinutes: minutes },
    schedulingConfig: { ...request.schedule } as JsonObject,
    ...scheduledRolloutsView(job, nowMs),
    ...optionsView(request),
    jobProcessDetails: processDetails(executions),
  };
}

function presignedUrlView({ presignedUrl }: JobRequest): JsonObject {
  if (presignedUrl === undefined) return {};
  const { roleArn, expiresInS } = presignedUrl;
  return { presignedUrlConfig: { roleArn, expiresInSec: expiresInS } };
}

/** When the windows to come open, until the job's end. */
function scheduledRolloutsView(job: Job, nowMs: number): JsonObject {
  const { schedule } = job.request;
  if (schedule?.maintenanceWindows === undefined) return {};
  const endMs =
    schedule.endTime === undefined ? Number.POSITIVE_INFINITY : timeOf(schedule.endTime);
  const openings = isOpen(job) ? nextOpenings(schedule, Math.max(nowMs, beginOf(job) - 1)) : [];
  const scheduledJobRollouts = openings
    .filter((at) => at.getTime() < endMs)
    .map((at) => ({ startTime: at.toISOString().slice(0, 16) }));
  return { scheduledJobRollouts };
}

/** As they were given: their names are the API's. */
function optionsView({ rollout, abort, retry }: JobRequest): JsonObject {
  return {
    ...(rollout && { jobExecutionsRolloutConfig: rollout as unknown as JsonObject }),
    ...(abort && { abortConfig: { criteriaList: abort as unknown as Json } }),
    ...(retry && { jobExecutionsRetryConfig: { criteriaList: retry as unknown as Json } }),
  };
}

export function jobSummaryView(job: Job): JsonObject {
  return {
    jobArn: job.jobArn,
    jobId: job.request.jobId,
    targetSelection: job.targetSelection,
    status: job.status,
    createdAt: epochSeconds(job.createdAtMs),
    lastUpdatedAt: epochSeconds(job.lastUpdatedAtMs),
    ...(job.completedAtMs === undefined ? {} : { completedAt: epochSeconds(job.completedAtMs) }),
  };
}

function processDetails(executions: readonly Execution[]): JsonObject {
  const count = (status: string) => executions.filter((one) => one.status === status).length;
  return {
    numberOfQueuedThings: count("QUEUED"),
    numberOfInProgressThings: count("IN_PROGRESS"),
    numberOfSucceededThings: count("SUCCEEDED"),
    numberOfFailedThings: count("FAILED"),
    numberOfRejectedThings: count("REJECTED"),
    numberOfTimedOutThings: count("TIMED_OUT"),
    numberOfRemovedThings: count("REMOVED"),
    numberOfCanceledThings: count("CANCELED"),
  };
}

/** @param thingArn executions name their thing by it, here */
export function executionDetailView(
  execution: Execution,
  thingArn: string,
  nowMs: number,
): JsonObject {
  return {
    jobId: execution.job.request.jobId,
    thingArn,
    ...executionSummaryView(execution),
    forceCanceled: execution.forceCanceled,
    statusDetails: { detailsMap: execution.statusDetails },
    versionNumber: execution.versionNumber,
    ...secondsLeft(execution, nowMs),
  };
}

export function executionSummaryView(execution: Execution): JsonObject {
  const { startedAtMs } = execution;
  return {
    status: execution.status,
    queuedAt: epochSeconds(execution.queuedAtMs),
    ...(startedAtMs === undefined ? {} : { startedAt: epochSeconds(startedAtMs) }),
    lastUpdatedAt: epochSeconds(execution.lastUpdatedAtMs),
    executionNumber: execution.executionNumber,
  };
}

function present(fields: Readonly<Record<string, string | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
