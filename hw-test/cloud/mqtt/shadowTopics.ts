import type { Now } from "../clock.ts";
import { epochSeconds } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import type { ShadowNotice, Shadows } from "../registry/shadows.ts";
import { type ErrorCode, ServiceError } from "../serviceError.ts";
import { parseBody } from "./body.ts";
import type { Reply } from "./jobsTopics.ts";

/** AWS IoT developer guide, "Device Shadow error messages". */
const httpStatus: Partial<Record<ErrorCode, number>> = {
  InvalidJson: 400,
  InvalidRequest: 400,
  ResourceNotFound: 404,
  ShadowConflict: 409,
  RequestEntityTooLarge: 413,
};

/** The shadows of a thing on its MQTT topics (AWS IoT developer guide, "Shadow topics"). */
export class ShadowTopics {
  private readonly shadows: Shadows;
  private readonly now: Now;

  constructor(shadows: Shadows, now: Now) {
    this.shadows = shadows;
    this.now = now;
  }

  /**
   * Does what was published. What it comes to is told by the shadows' own notices.
   * @returns what subscribers are told besides: of a `get`, or of what is rejected; undefined where
   *   there is nothing, also if `topic` asks nothing of a shadow
   */
  answer(thingName: string, topic: string, payload: Buffer): Reply | undefined {
    const asked = askedFor(thingName, topic);
    if (asked === undefined) return undefined;
    let body: JsonObject = {};
    try {
      body = parseBody(payload);
      const { shadowName, verb } = asked;
      if (verb === "update") this.shadows.update(thingName, shadowName, body);
      else if (verb === "delete") this.shadows.delete(thingName, shadowName);
      else return { topic: `${topic}/accepted`, body: this.told(thingName, shadowName, body) };
    } catch (error) {
      return { topic: `${topic}/rejected`, body: this.rejection(error, body) };
    }
    return undefined;
  }

  private told(thingName: string, shadowName: string, body: JsonObject): JsonObject {
    return { ...this.shadows.get(thingName, shadowName), ...tokenOf(body) };
  }

  private rejection(error: unknown, body: JsonObject): JsonObject {
    const known = error instanceof ServiceError;
    const code = known ? (httpStatus[error.code] ?? 500) : 500;
    const message = known ? error.message : "Internal service failure";
    return { code, message, timestamp: epochSeconds(this.now()), ...tokenOf(body) };
  }
}

/** Where subscribers hear of it. */
export function shadowTopicOf({ thingName, shadowName, topic }: ShadowNotice): string {
  const name = shadowName === "" ? "" : `name/${shadowName}/`;
  return `$aws/things/${thingName}/shadow/${name}${topic}`;
}

function askedFor(
  thingName: string,
  topic: string,
): { readonly shadowName: string; readonly verb: string } | undefined {
  const prefix = `$aws/things/${thingName}/shadow/`;
  if (!topic.startsWith(prefix)) return undefined;
  const match = /^(?:name\/([$a-zA-Z0-9:_-]{1,64})\/)?(get|update|delete)$/.exec(
    topic.slice(prefix.length),
  );
  const verb = match?.[2];
  return verb === undefined ? undefined : { shadowName: match?.[1] ?? "", verb };
}

function tokenOf({ clientToken }: JsonObject): JsonObject {
  return clientToken === undefined ? {} : { clientToken };
}
