import { invalidRequest } from "../serviceError.ts";
import type { JobRequest, TargetSelection } from "./job.ts";
import { type Schedule, timeOf } from "./options.ts";
import { checkWindows } from "./windows.ts";

const minuteMs = 60_000;
const leadMs = 30 * minuteMs;
const yearMs = 365 * 24 * 60 * minuteMs;

/** Whether a job waits for a time, and does not begin at once. */
export function isScheduled({ schedule }: JobRequest): boolean {
  return schedule?.startTime !== undefined || schedule?.maintenanceWindows !== undefined;
}

/** Checks when a job is to run (AWS IoT developer guide, "Job scheduling configuration"). */
export function checkSchedule(
  schedule: Schedule | undefined,
  targetSelection: TargetSelection,
  nowMs: number,
): void {
  const beginMs = checkTimes(schedule, nowMs) ?? nowMs;
  if (schedule?.maintenanceWindows !== undefined && targetSelection !== "CONTINUOUS") {
    throw invalidRequest("schedulingConfig.maintenanceWindows need a CONTINUOUS job");
  }
  checkWindows(schedule, beginMs);
}

/** @returns the start, in milliseconds since the epoch; undefined: there is none */
function checkTimes(schedule: Schedule | undefined, nowMs: number): number | undefined {
  const { startTime, endTime, endBehavior } = schedule ?? {};
  const startMs = startTime === undefined ? undefined : timeIn("startTime", startTime);
  if (startMs !== undefined && (startMs < nowMs + leadMs || startMs > nowMs + yearMs)) {
    throw invalidRequest("schedulingConfig.startTime is not 30 minutes to a year from now");
  }
  if (endTime === undefined) {
    if (endBehavior === undefined) return startMs;
    throw invalidRequest("schedulingConfig.endBehavior needs an endTime");
  }
  const endMs = timeIn("endTime", endTime);
  if (endMs < (startMs ?? nowMs) + leadMs || endMs > nowMs + 2 * yearMs) {
    throw invalidRequest(
      "schedulingConfig.endTime is not 30 minutes after the start to two years from now",
    );
  }
  return startMs;
}

function timeIn(name: string, text: string): number {
  const timeMs = timeOf(text);
  if (!Number.isNaN(timeMs)) return timeMs;
  throw invalidRequest(`schedulingConfig.${name} ${text} is not YYYY-MM-DD HH:MM`);
}
