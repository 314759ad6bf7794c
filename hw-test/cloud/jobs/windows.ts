import { Cron } from "croner";
import { invalidRequest } from "../serviceError.ts";
import type { MaintenanceWindow, Schedule } from "./options.ts";

const minuteMs = 60_000;

/** How many starts to come DescribeJob tells (AWS IoT API Reference, "ScheduledJobRollout"). */
const shownMax = 7;

/** Milliseconds since the epoch. */
export interface WindowTimes {
  readonly opensMs: number;
  readonly closesMs: number;
}

/** Refuses a window that is none, or that never comes. @param beginMs of the job */
export function checkWindows(schedule: Schedule | undefined, beginMs: number): void {
  for (const window of schedule?.maintenanceWindows ?? []) {
    if (timesFrom(window, beginMs) !== undefined) continue;
    throw invalidRequest(`maintenanceWindows.startTime ${window.startTime} never comes`);
  }
}

/**
 * The window that a job is in, or else its next one. Only a window that opens after the job has
 * begun counts.
 * @param beginMs of the job
 * @returns undefined: the job has no windows, or no more
 */
export function windowAt(
  schedule: Schedule | undefined,
  beginMs: number,
  nowMs: number,
): WindowTimes | undefined {
  const times = (schedule?.maintenanceWindows ?? []).map((window) => {
    const lengthMs = window.durationInMinutes * minuteMs;
    // One that opened longer ago is closed by now.
    return timesFrom(window, Math.max(beginMs, nowMs - lengthMs + 1));
  });
  return times
    .filter((one) => one !== undefined)
    .reduce<WindowTimes | undefined>(
      (first, one) => (first === undefined || one.opensMs < first.opensMs ? one : first),
      undefined,
    );
}

/** When the windows to come open. @param afterMs not these at that time */
export function nextOpenings(schedule: Schedule | undefined, afterMs: number): Date[] {
  const all = (schedule?.maintenanceWindows ?? []).flatMap(({ startTime }) =>
    cronOf(startTime).nextRuns(shownMax, new Date(afterMs)),
  );
  return all.sort((a, b) => a.getTime() - b.getTime()).slice(0, shownMax);
}

function timesFrom(window: MaintenanceWindow, fromMs: number): WindowTimes | undefined {
  // Croner looks for what is later, in whole seconds.
  const opensMs = cronOf(window.startTime)
    .nextRun(new Date(fromMs - 1))
    ?.getTime();
  if (opensMs === undefined) return undefined;
  return { opensMs, closesMs: opensMs + window.durationInMinutes * minuteMs };
}

/**
 * `cron(MINUTES HOURS DAY MONTH WEEKDAY YEAR)` in UTC, 1 is Sunday, one of the days is `?`
 * (Amazon EventBridge, "Cron expressions").
 */
function cronOf(text: string): Cron {
  const inner = /^cron\(\s*(.*?)\s*\)$/.exec(text)?.[1];
  const fields = inner?.split(/\s+/) ?? [];
  const isOneDay = (fields[2] === "?") !== (fields[4] === "?");
  if (fields.length !== 6 || !isOneDay) throw noCron(text, "six fields, one of the days is ?");
  const options = { mode: "7-part", timezone: "Etc/UTC", paused: true } as const;
  try {
    return new Cron(`0 ${fields.join(" ")}`, {
      ...options,
      alternativeWeekdays: true,
      sloppyRanges: true,
    });
  } catch (error) {
    throw noCron(text, error instanceof Error ? error.message : String(error));
  }
}

function noCron(text: string, why: string): Error {
  return invalidRequest(`maintenanceWindows.startTime ${text} is no cron expression: ${why}`);
}
