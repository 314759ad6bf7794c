import {
  booleanField,
  integerField,
  type JsonObject,
  stringField,
  stringMapField,
} from "../json.ts";
import { invalidRequest } from "../serviceError.ts";
import type { DescribeRequest, StartRequest, UpdateRequest } from "./device.ts";

/** What a thing asks of Jobs, read from the JSON of a message or of an HTTP request. */
export function startRequest(body: JsonObject): StartRequest {
  return {
    statusDetails: stringMapField(body, "statusDetails"),
    stepTimeoutMinutes: integerField(body, "stepTimeoutInMinutes"),
  };
}

export function describeRequest(jobId: string, body: JsonObject): DescribeRequest {
  return {
    jobId,
    executionNumber: integerField(body, "executionNumber"),
    includeJobDocument: booleanField(body, "includeJobDocument"),
  };
}

export function updateRequest(jobId: string, body: JsonObject): UpdateRequest {
  const status = stringField(body, "status");
  if (status === undefined) throw invalidRequest("status is missing");
  return {
    jobId,
    status,
    statusDetails: stringMapField(body, "statusDetails"),
    expectedVersion: integerField(body, "expectedVersion"),
    executionNumber: integerField(body, "executionNumber"),
    stepTimeoutMinutes: integerField(body, "stepTimeoutInMinutes"),
    includeJobExecutionState: booleanField(body, "includeJobExecutionState"),
    includeJobDocument: booleanField(body, "includeJobDocument"),
  };
}
