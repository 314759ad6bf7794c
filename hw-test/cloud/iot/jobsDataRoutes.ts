import type { DeviceJobs } from "../jobs/device.ts";
import { describeRequest, startRequest, updateRequest } from "../jobs/deviceRequests.ts";
import { isObject, type JsonObject } from "../json.ts";
import type { Registry } from "../registry/registry.ts";
import { invalidRequest } from "../serviceError.ts";
import { type Call, pathPart, type Route, route } from "./route.ts";

/**
 * The device side of AWS IoT Jobs over HTTP (AWS IoT API Reference, "AWS IoT Jobs Data"): the same
 * requests as over MQTT, to the same state machine.
 */
export function jobsDataRoutes(jobs: DeviceJobs, registry: Registry): readonly Route[] {
  const thing = (call: Call) => registry.thing(pathPart(call, "thingName")).thingName;
  return [
    route("GET", "/things/{thingName}/jobs", (call) => jobs.pending(thing(call))),
    route("PUT", "/things/{thingName}/jobs/$next", (call) =>
      withText(jobs.startNext(thing(call), startRequest(call.body))),
    ),
    route("GET", "/things/{thingName}/jobs/{jobId}", (call) =>
      withText(jobs.describe(thing(call), describeRequest(pathPart(call, "jobId"), asked(call)))),
    ),
    route("POST", "/things/{thingName}/jobs/{jobId}", (call) =>
      withText(jobs.update(thing(call), updateRequest(pathPart(call, "jobId"), call.body))),
    ),
  ];
}

/** What stands in a message over MQTT stands in the query here. */
function asked({ query }: Call): JsonObject {
  const executionNumber = query.get("executionNumber") ?? undefined;
  const include = query.get("includeJobDocument") ?? "true";
  if (include !== "true" && include !== "false") {
    throw invalidRequest(`includeJobDocument ${include} is not a boolean`);
  }
  return { executionNumber, includeJobDocument: include === "true" };
}

/** The job document is an object over MQTT and a string over HTTP. */
function withText(body: JsonObject): JsonObject {
  const { execution, jobDocument } = body;
  return {
    ...body,
    ...(isObject(execution) && { execution: withText(execution) }),
    ...(jobDocument !== undefined && { jobDocument: JSON.stringify(jobDocument) }),
  };
}
