import { epochSeconds } from "../clock.ts";
import type { Json, JsonObject } from "../json.ts";
import { deadlineMs, type Execution, stateOf } from "./execution.ts";

/** How executions look on the device topics: whole seconds, no empty fields. */
export function summaryView(execution: Execution): JsonObject {
  return {
    jobId: execution.job.request.jobId,
    queuedAt: epochSeconds(execution.queuedAtMs),
    lastUpdatedAt: epochSeconds(execution.lastUpdatedAtMs),
    ...startedAt(execution),
    executionNumber: execution.executionNumber,
    versionNumber: execution.versionNumber,
  };
}

/** @param document absent when the request asked for it to be left out */
export function executionView(
  execution: Execution,
  nowMs: number,
  document: Json | undefined,
): JsonObject {
  return {
    jobId: execution.job.request.jobId,
    thingName: execution.thingName,
    ...stateOf(execution),
    queuedAt: epochSeconds(execution.queuedAtMs),
    ...startedAt(execution),
    lastUpdatedAt: epochSeconds(execution.lastUpdatedAtMs),
    executionNumber: execution.executionNumber,
    ...secondsLeft(execution, nowMs),
    ...(document === undefined ? {} : { jobDocument: document }),
  };
}

function startedAt({ startedAtMs }: Execution): JsonObject {
  return startedAtMs === undefined ? {} : { startedAt: epochSeconds(startedAtMs) };
}

export function secondsLeft(execution: Execution, nowMs: number): JsonObject {
  const deadline = deadlineMs(execution);
  if (deadline === undefined) return {};
  return { approximateSecondsBeforeTimedOut: Math.max(0, Math.ceil((deadline - nowMs) / 1000)) };
}
