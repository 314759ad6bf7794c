import type { CreateJobCommandInput } from "@aws-sdk/client-iot";
import { UsageError } from "../../command-line/usage-error.ts";
import type { ReleaseFile } from "./release-file.ts";

export type FailureType = "FAILED" | "REJECTED" | "TIMED_OUT" | "ALL";

/** What the options say of the job; what is left out is AWS's to decide. */
export interface JobWishes {
  readonly jobId?: string | undefined;
  readonly description?: string | undefined;
  readonly isContinuous: boolean;
  readonly rate?: number | undefined;
  readonly baseRate?: number | undefined;
  readonly increment: number;
  readonly increaseAfter?: number | undefined;
  readonly increaseBy: "succeeded" | "notified";
  readonly abort: readonly { failureType: FailureType; percentage: number; minimum: number }[];
  readonly retry: readonly { failureType: "FAILED" | "TIMED_OUT" | "ALL"; times: number }[];
  /** In progress, for one tracker. */
  readonly timeoutMinutes?: number | undefined;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  readonly atEnd?: "STOP_ROLLOUT" | "CANCEL" | "FORCE_CANCEL" | undefined;
  /** Cron expression of AWS. */
  readonly window?: string | undefined;
  readonly windowMinutes?: number | undefined;
  readonly roleArn?: string | undefined;
  readonly urlSeconds?: number | undefined;
}

/** A job without its targets, for CreateJob. @throws UsageError for options that do not go together */
export function jobOrder(
  { document, facts, isPresigned }: ReleaseFile,
  wishes: JobWishes,
): Omit<CreateJobCommandInput, "targets"> & { readonly jobId: string } {
  const { roleArn, urlSeconds, timeoutMinutes, abort, retry } = wishes;
  if (isPresigned && roleArn === undefined) {
    throw new UsageError("the job document asks for presigned URLs: --role-arn says by which role");
  }
  const rollout = rolloutOf(wishes);
  const scheduling = schedulingOf(wishes);
  return {
    jobId: wishes.jobId ?? newJobId(facts.version),
    document,
    description: wishes.description ?? `firmware ${facts.version}`,
    targetSelection: wishes.isContinuous ? "CONTINUOUS" : "SNAPSHOT",
    ...(rollout && { jobExecutionsRolloutConfig: rollout }),
    ...(abort.length > 0 && { abortConfig: { criteriaList: abort.map(abortCriterion) } }),
    ...(retry.length > 0 && {
      jobExecutionsRetryConfig: {
        criteriaList: retry.map(({ failureType, times }) => {
          return { failureType, numberOfRetries: times };
        }),
      },
    }),
    ...(timeoutMinutes !== undefined && {
      timeoutConfig: { inProgressTimeoutInMinutes: timeoutMinutes },
    }),
    ...(scheduling && { schedulingConfig: scheduling }),
    ...(roleArn !== undefined && {
      presignedUrlConfig: { roleArn, ...(urlSeconds && { expiresInSec: urlSeconds }) },
    }),
  };
}

/** `fw-1-0-1-20261128T101650Z`. */
function newJobId(version: string): string {
  const now = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  return `fw-${version.replace(/[^a-zA-Z0-9]+/g, "-").slice(0, 40)}-${now}`;
}

function rolloutOf(wishes: JobWishes): CreateJobCommandInput["jobExecutionsRolloutConfig"] {
  const { rate, baseRate, increment, increaseAfter, increaseBy } = wishes;
  if (baseRate === undefined) {
    if (increaseAfter !== undefined) throw new UsageError("--increase-after needs --base-rate");
    return rate === undefined ? undefined : { maximumPerMinute: rate };
  }
  if (increaseAfter === undefined) throw new UsageError("--base-rate needs --increase-after");
  const criterion =
    increaseBy === "notified"
      ? { numberOfNotifiedThings: increaseAfter }
      : { numberOfSucceededThings: increaseAfter };
  return {
    ...(rate !== undefined && { maximumPerMinute: rate }),
    exponentialRate: {
      baseRatePerMinute: baseRate,
      incrementFactor: increment,
      rateIncreaseCriteria: criterion,
    },
  };
}

function abortCriterion({ failureType, percentage, minimum }: JobWishes["abort"][number]) {
  return {
    action: "CANCEL" as const,
    failureType,
    thresholdPercentage: percentage,
    minNumberOfExecutedThings: minimum,
  };
}

function schedulingOf(wishes: JobWishes): CreateJobCommandInput["schedulingConfig"] {
  const { start, end, atEnd, window, windowMinutes } = wishes;
  if ((window === undefined) !== (windowMinutes === undefined)) {
    throw new UsageError("--window and --window-minutes need each other");
  }
  if (atEnd !== undefined && end === undefined) throw new UsageError("--at-end needs --end");
  const config = {
    ...(start !== undefined && { startTime: start }),
    ...(end !== undefined && { endTime: end }),
    ...(atEnd !== undefined && { endBehavior: atEnd }),
    ...(window !== undefined && {
      maintenanceWindows: [{ startTime: window, durationInMinutes: windowMinutes }],
    }),
  };
  return Object.keys(config).length === 0 ? undefined : config;
}
