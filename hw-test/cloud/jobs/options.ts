/** How a job is spread, ended and repeated (AWS IoT developer guide, "How job configurations work"). */

export interface RolloutConfig {
  /** Executions made in a minute at most. */
  readonly maximumPerMinute?: number | undefined;
  readonly exponentialRate?: ExponentialRate | undefined;
}

export interface ExponentialRate {
  readonly baseRatePerMinute: number;
  readonly incrementFactor: number;
  /** How many things, notified or succeeded, are a step up. */
  readonly rateIncreaseCriteria: {
    readonly numberOfNotifiedThings?: number | undefined;
    readonly numberOfSucceededThings?: number | undefined;
  };
}

export interface AbortCriterion {
  readonly failureType: "FAILED" | "REJECTED" | "TIMED_OUT" | "ALL";
  readonly action: "CANCEL";
  readonly thresholdPercentage: number;
  readonly minNumberOfExecutedThings: number;
}

export interface RetryCriterion {
  readonly failureType: "FAILED" | "TIMED_OUT" | "ALL";
  readonly numberOfRetries: number;
}

export type EndBehavior = "STOP_ROLLOUT" | "CANCEL" | "FORCE_CANCEL";

export interface Schedule {
  /** As the request spells it, in UTC. */
  readonly startTime?: string | undefined;
  readonly endTime?: string | undefined;
  readonly endBehavior?: EndBehavior | undefined;
  /** When the rollout goes on; it rests in between. */
  readonly maintenanceWindows?: readonly MaintenanceWindow[] | undefined;
}

export interface MaintenanceWindow {
  /** `cron(0 2 ? * SUN *)`, in UTC. */
  readonly startTime: string;
  /** 1 to 1,430. */
  readonly durationInMinutes: number;
}

/** `2026-11-28 07:30`, or ISO 8601, in UTC. @returns milliseconds since the epoch, or NaN */
export function timeOf(text: string): number {
  const [, date, time] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?Z?$/.exec(text) ?? [];
  return date === undefined ? Number.NaN : Date.parse(`${date}T${time}Z`);
}
