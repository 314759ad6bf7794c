import { isObject, type Json, type JsonObject } from "../json.ts";
import { ServiceError } from "../serviceError.ts";

/** The body of a request on a topic; an empty payload stands for `{}`. */
export function parseBody(payload: Buffer): JsonObject {
  if (payload.length === 0) return {};
  try {
    const body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload)) as Json;
    if (isObject(body)) return body;
  } catch {
    // Falls through: not UTF-8 or not JSON is the same to the device.
  }
  throw new ServiceError("InvalidJson", "the payload is not a JSON object in UTF-8");
}
