import { invalidRequest } from "../serviceError.ts";
import type { Call } from "./route.ts";

/** The enumerations of the service model. */
export const jobStatuses = [
  "IN_PROGRESS",
  "CANCELED",
  "COMPLETED",
  "DELETION_IN_PROGRESS",
  "SCHEDULED",
];

export const executionStatuses = [
  "QUEUED",
  "IN_PROGRESS",
  "SUCCEEDED",
  "FAILED",
  "TIMED_OUT",
  "REJECTED",
  "REMOVED",
  "CANCELED",
];

const pageNames = ["maxResults", "nextToken"];

/** A list must not be whole where a part was asked for: a filter that is not served is refused. */
export function checkQuery(call: Call, names: readonly string[], operation: string): void {
  for (const name of call.query.keys()) {
    if (names.includes(name) || pageNames.includes(name)) continue;
    throw invalidRequest(`${name} of ${operation} is not served by this local AWS IoT`);
  }
}

/** A query parameter that is one of an enumeration; undefined: it is absent. */
export function filter(call: Call, name: string, values: readonly string[]): string | undefined {
  const value = call.query.get(name);
  if (value === null) return undefined;
  if (values.includes(value)) return value;
  throw invalidRequest(`${name} ${value} is not one of ${values.join(", ")}`);
}
