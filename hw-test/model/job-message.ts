import assert from "node:assert/strict";
import { JsonReader } from "../../firmware/job/json/reader.ts";
import type { JsonValue } from "../../firmware/job/json/value.ts";
import { executionMessage } from "../../firmware/job/message-fields.ts";

/** An execution as the tracker has it after reading the service's message. */
export function readExecution(execution: unknown): JsonValue {
  const payload = Buffer.from(JSON.stringify({ execution }));
  const reader = new JsonReader([executionMessage]);
  reader.push(payload, 0, payload.length);
  assert.equal(reader.end(), "sound");
  return reader.message.at("execution");
}

/** A job document, for `parseJobDocument`; undefined for none. */
export function readDocument(jobDocument: unknown): JsonValue {
  return readExecution({ jobDocument }).at("jobDocument");
}
