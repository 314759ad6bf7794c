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

/** What CreateJob and UpdateJob have in common, with the bounds of the service model. */
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
  const range = { min: 1, max: 1430, isWhole: true };
  const minutes = bounded(window, "durationInMinutes", range);
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
    maximumPerMinute: bounded(config, "maximumPerMinute", { min: 1, max: 1000, isWhole: true }),
    exponentialRate: exponentialRate(objectField(config, "exponentialRate")),
  });
}

function exponentialRate(rate: JsonObject | undefined): ExponentialRate | undefined {
  if (rate === undefined) return undefined;
  const names = ["numberOfNotifiedThings", "numberOfSucceededThings"] as const;
  const increase = needed(objectField(rate, "rateIncreaseCriteria"), "rateIncreaseCriteria");
  const [notified, succeeded] = names.map((name) =>
    bounded(increase, name, { min: 1, max: Number.MAX_SAFE_INTEGER, isWhole: true }),
  );
  if ((notified === undefined) === (succeeded === undefined)) {
    throw invalidRequest(`rateIncreaseCriteria needs one of ${names.join(" and ")}`);
  }
  const base = bounded(rate, "baseRatePerMinute", { min: 1, max: 1000, isWhole: true });
  const factor = bounded(rate, "incrementFactor", { min: 1.1, max: 5 });
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
  if (list.length === 0) throw invalidRequest(`${name}.criteriaList is empty`);
  return list;
}

function abortCriterion(criterion: JsonObject): AbortCriterion {
  const types = ["FAILED", "REJECTED", "TIMED_OUT", "ALL"] as const;
  const percentage = bounded(criterion, "thresholdPercentage", { min: 0, max: 100 });
  const whole = { min: 1, max: Number.MAX_SAFE_INTEGER, isWhole: true };
  const minimum = bounded(criterion, "minNumberOfExecutedThings", whole);
  return {
    failureType: needed(oneOf(criterion, "failureType", types), "failureType"),
    action: needed(oneOf(criterion, "action", ["CANCEL"] as const), "action"),
    thresholdPercentage: needed(percentage, "thresholdPercentage"),
    minNumberOfExecutedThings: needed(minimum, "minNumberOfExecutedThings"),
  };
}

function retry(list: readonly JsonObject[] | undefined): readonly RetryCriterion[] | undefined {
  if (list !== undefined && list.length > 2) throw invalidRequest("more than two retry criteria");
  const types = ["FAILED", "TIMED_OUT", "ALL"] as const;
  return list?.map((criterion) => {
    const retries = bounded(criterion, "numberOfRetries", { min: 0, max: 10, isWhole: true });
    return {
      failureType: needed(oneOf(criterion, "failureType", types), "failureType"),
      numberOfRetries: needed(retries, "numberOfRetries"),
    };
  });
}

function bounded(
  body: JsonObject,
  name: string,
  { min, max, isWhole = false }: { min: number; max: number; isWhole?: boolean },
): number | undefined {
  const value = isWhole ? integerField(body, name) : numberField(body, name);
  if (value === undefined || (value >= min && value <= max)) return value;
  throw invalidRequest(`${name} ${value} is not ${min} to ${max}`);
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
