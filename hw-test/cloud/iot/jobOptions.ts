import type { JobChange, JobRequest } from "../jobs/job.ts";
import { limits } from "../jobs/limits.ts";
import type {
  AbortCriterion,
  EndBehavior,
  ExponentialRate,
  MaintenanceWindow,
  RetryCriterion,
  RolloutConfig,
  Schedule,
} from "../jobs/options.ts";
import {
  integerField,
  type JsonObject,
  numberField,
  objectField,
  objectListField,
  stringField,
} from "../json.ts";
import { invalidRequest } from "../serviceError.ts";

export const updateJobNames = [
  "description",
  "presignedUrlConfig",
  "jobExecutionsRolloutConfig",
  "abortConfig",
  "timeoutConfig",
  "jobExecutionsRetryConfig",
];

export const createJobNames = [
  ...updateJobNames,
  "targets",
  "document",
  "documentSource",
  "targetSelection",
  "schedulingConfig",
];

const scheduleNames = ["startTime", "endTime", "endBehavior", "maintenanceWindows"];

/** What is not done is refused by name: tags, namespaceId, jobTemplateArn, … */
export function checkNames(body: JsonObject, names: readonly string[], where: string): void {
  for (const name of Object.keys(body)) {
    const value = body[name];
    if (value === undefined || value === null || names.includes(name)) continue;
    throw invalidRequest(`${name} of ${where} is not served by this local AWS IoT`);
  }
}

/** What CreateJob and UpdateJob have in common; the service model has checked its bounds. */
export function changeableFields(body: JsonObject): JobChange {
  const timeout = objectField(body, "timeoutConfig") ?? {};
  return {
    description: stringField(body, "description"),
    presignedUrl: presignedUrl(objectField(body, "presignedUrlConfig")),
    inProgressTimeoutMinutes: integerField(timeout, "inProgressTimeoutInMinutes"),
    rollout: rollout(objectField(body, "jobExecutionsRolloutConfig")),
    abort: criteria(body, "abortConfig")?.map(abortCriterion),
    retry: retry(criteria(body, "jobExecutionsRetryConfig")),
  };
}

export function schedule(body: JsonObject): Schedule | undefined {
  const config = objectField(body, "schedulingConfig");
  if (config === undefined) return undefined;
  checkNames(config, scheduleNames, "schedulingConfig");
  const endBehaviors = ["STOP_ROLLOUT", "CANCEL", "FORCE_CANCEL"] as const;
  const endBehavior: EndBehavior | undefined = oneOf(config, "endBehavior", endBehaviors);
  return given({
    startTime: stringField(config, "startTime"),
    endTime: stringField(config, "endTime"),
    endBehavior,
    maintenanceWindows: objectListField(config, "maintenanceWindows")?.map(maintenanceWindow),
  });
}

function maintenanceWindow(window: JsonObject): MaintenanceWindow {
  checkNames(window, ["startTime", "durationInMinutes"], "maintenanceWindows");
  const minutes = integerField(window, "durationInMinutes");
  return {
    startTime: needed(stringField(window, "startTime"), "maintenanceWindows.startTime"),
    durationInMinutes: needed(minutes, "maintenanceWindows.durationInMinutes"),
  };
}

function presignedUrl(config: JsonObject | undefined): JobRequest["presignedUrl"] {
  const roleArn = config === undefined ? undefined : stringField(config, "roleArn");
  if (config === undefined || roleArn === undefined) return undefined;
  return { roleArn, expiresInS: integerField(config, "expiresInSec") ?? limits.presignMaxS };
}

function rollout(config: JsonObject | undefined): RolloutConfig | undefined {
  if (config === undefined) return undefined;
  checkNames(config, ["maximumPerMinute", "exponentialRate"], "jobExecutionsRolloutConfig");
  return given({
    maximumPerMinute: integerField(config, "maximumPerMinute"),
    exponentialRate: exponentialRate(objectField(config, "exponentialRate")),
  });
}

function exponentialRate(rate: JsonObject | undefined): ExponentialRate | undefined {
  if (rate === undefined) return undefined;
  const names = ["numberOfNotifiedThings", "numberOfSucceededThings"] as const;
  const increase = needed(objectField(rate, "rateIncreaseCriteria"), "rateIncreaseCriteria");
  const [notified, succeeded] = names.map((name) => integerField(increase, name));
  if ((notified === undefined) === (succeeded === undefined)) {
    throw invalidRequest(`rateIncreaseCriteria needs one of ${names.join(" and ")}`);
  }
  const base = integerField(rate, "baseRatePerMinute");
  const factor = numberField(rate, "incrementFactor");
  return {
    baseRatePerMinute: needed(base, "baseRatePerMinute"),
    incrementFactor: needed(factor, "incrementFactor"),
    rateIncreaseCriteria: given({
      numberOfNotifiedThings: notified,
      numberOfSucceededThings: succeeded,
    }),
  };
}

function criteria(body: JsonObject, name: string): readonly JsonObject[] | undefined {
  const config = objectField(body, name);
  if (config === undefined) return undefined;
  const list = needed(objectListField(config, "criteriaList"), `${name}.criteriaList`);
  return list;
}

function abortCriterion(criterion: JsonObject): AbortCriterion {
  const types = ["FAILED", "REJECTED", "TIMED_OUT", "ALL"] as const;
  const percentage = numberField(criterion, "thresholdPercentage");
  const minimum = integerField(criterion, "minNumberOfExecutedThings");
  return {
    failureType: needed(oneOf(criterion, "failureType", types), "failureType"),
    action: needed(oneOf(criterion, "action", ["CANCEL"] as const), "action"),
    thresholdPercentage: needed(percentage, "thresholdPercentage"),
    minNumberOfExecutedThings: needed(minimum, "minNumberOfExecutedThings"),
  };
}

function retry(list: readonly JsonObject[] | undefined): readonly RetryCriterion[] | undefined {
  const types = ["FAILED", "TIMED_OUT", "ALL"] as const;
  return list?.map((criterion) => {
    const retries = integerField(criterion, "numberOfRetries");
    return {
      failureType: needed(oneOf(criterion, "failureType", types), "failureType"),
      numberOfRetries: needed(retries, "numberOfRetries"),
    };
  });
}

function oneOf<T extends string>(
  body: JsonObject,
  name: string,
  values: readonly T[],
): T | undefined {
  const value = stringField(body, name);
  if (value === undefined) return undefined;
  const found = values.find((one) => one === value);
  return needed(found, `${name}, one of ${values.join(", ")},`);
}

function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw invalidRequest(`${name} is missing`);
  return value;
}

/** Without the fields that are not there: these objects are shown again as they were given. */
function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
