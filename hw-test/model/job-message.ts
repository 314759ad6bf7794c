import assert from "node:assert/strict";
import { JsonReader } from "../../firmware/job/json/reader.ts";
import type { JsonValue } from "../../firmware/job/json/value.ts";
import { hexExecution } from "../../firmware/job/message-fields.ts";

/** What the tracker has of a message of the service after reading it. */
export function readMessage(message: unknown): JsonValue {
  const payload = Buffer.from(JSON.stringify(message));
  const reader = new JsonReader([hexExecution]);
  reader.push(payload, 0, payload.length);
  assert.equal(reader.end(), "sound");
  return reader.message;
}

/** A job document, for `parseJobDocument`; undefined for none. */
export function readDocument(jobDocument: unknown): JsonValue {
  return readMessage({ execution: { jobDocument } }).at("execution").at("jobDocument");
}
