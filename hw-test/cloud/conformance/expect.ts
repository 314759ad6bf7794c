import assert from "node:assert/strict";
import { isObject, type JsonObject } from "../json.ts";
import type { JobsClient, Message } from "../testing/jobsClient.ts";

/** @returns the body of a reply that must be an acceptance */
export function accepted({ topic, body }: Message): JsonObject {
  assert.match(topic, /\/accepted$/, `${topic}: ${JSON.stringify(body)}`);
  return body;
}

/** @returns the body of a reply that must be a refusal with this code */
export function rejected({ topic, body }: Message, code: string): JsonObject {
  assert.match(topic, /\/rejected$/, `${topic}: ${JSON.stringify(body)}`);
  assert.equal(body["code"], code, JSON.stringify(body));
  assert.equal(typeof body["message"], "string");
  return body;
}

/** @returns a field that must be an object */
export function objectIn(body: JsonObject, name: string): JsonObject {
  const value = body[name];
  if (!isObject(value)) assert.fail(`${name} is no object in ${JSON.stringify(body)}`);
  return value;
}

/** @returns a field that must be a list of objects */
export function listIn(body: JsonObject, name: string): readonly JsonObject[] {
  const value = body[name];
  if (!Array.isArray(value)) assert.fail(`${name} is no list in ${JSON.stringify(body)}`);
  return value as JsonObject[];
}

export function executionIn(body: JsonObject): JsonObject {
  return objectIn(body, "execution");
}

/** Whole seconds since the epoch, not milliseconds, and of this time. */
export function assertEpochSeconds(value: unknown): void {
  assert.ok(Number.isInteger(value), `${value} is no whole number`);
  assert.ok(Math.abs(Number(value) - Date.now() / 1000) < 86_400, `${value} is not about now`);
}

/** What came so far, as `topic` or `topic job,job`, without replies. */
export function notificationsOf({ received }: JobsClient): string[] {
  return received.filter(({ topic }) => topic.startsWith("notify")).map(describeNotification);
}

export function describeNotification({ topic, body }: Message): string {
  const execution = body["execution"];
  if (topic === "notify-next") {
    return `notify-next ${isObject(execution) ? String(execution["jobId"]) : "-"}`;
  }
  const groups = Object.entries(objectIn(body, "jobs")).map(
    ([status, jobs]) => `${status} ${(jobs as JsonObject[]).map((job) => job["jobId"]).join(" ")}`,
  );
  return `notify ${groups.join(", ") || "-"}`;
}

/** The SDK's error: its name, its HTTP status, and a message. */
export async function assertRefused(
  attempt: Promise<unknown>,
  name: string,
  httpStatusCode: number,
): Promise<void> {
  await assert.rejects(attempt, (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
    assert.equal(error.name, name, error.message);
    assert.equal(error.$metadata?.httpStatusCode, httpStatusCode, error.message);
    return true;
  });
}
