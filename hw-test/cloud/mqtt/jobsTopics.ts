import type { DeviceJobs } from "../jobs/device.ts";
import { describeRequest, startRequest, updateRequest } from "../jobs/deviceRequests.ts";
import { limits } from "../jobs/limits.ts";
import { type JsonObject, stringField } from "../json.ts";
import { invalidRequest, ServiceError } from "../serviceError.ts";
import { parseBody } from "./body.ts";

export interface Reply {
  readonly topic: string;
  readonly body: JsonObject;
}

type Operation = (thingName: string, body: JsonObject) => JsonObject;

/**
 * The device side of AWS IoT Jobs on its MQTT topics (AWS IoT developer guide, "Jobs device MQTT
 * API operations").
 */
export class JobsTopics {
  private readonly jobs: DeviceJobs;
  private readonly isThrottled: (topic: string) => boolean;

  /** @param isThrottled asked for each request: the account has had all of its quota */
  constructor(jobs: DeviceJobs, isThrottled: (topic: string) => boolean = () => false) {
    this.jobs = jobs;
    this.isThrottled = isThrottled;
  }

  /** @returns the reply for whoever published, or undefined if `topic` asks nothing of Jobs. */
  answer(thingName: string, topic: string, payload: Buffer): Reply | undefined {
    const prefix = `$aws/things/${thingName}/jobs/`;
    if (!topic.startsWith(prefix) || /\/(accepted|rejected)$/.test(topic)) return undefined;
    let body: JsonObject = {};
    try {
      const operation = this.operation(topic.slice(prefix.length).split("/"));
      body = parseBody(payload);
      checkClientToken(body);
      if (this.isThrottled(topic)) throw new ServiceError("RequestThrottled", "over the quota");
      const result = operation(thingName, body);
      return { topic: `${topic}/accepted`, body: { ...result, ...this.envelope(body) } };
    } catch (error) {
      return { topic: `${topic}/rejected`, body: { ...rejection(error), ...this.envelope(body) } };
    }
  }

  private operation(path: readonly string[]): Operation {
    const [first, last] = path;
    if (path.length === 1 && first === "get") return (thing) => this.jobs.pending(thing);
    if (path.length === 1 && first === "start-next") {
      return (thing, body) => this.jobs.startNext(thing, startRequest(body));
    }
    if (path.length === 2 && first !== undefined && last === "get") {
      return (thing, body) => this.jobs.describe(thing, describeRequest(first, body));
    }
    if (path.length === 2 && first !== undefined && last === "update") {
      return (thing, body) => this.jobs.update(thing, updateRequest(first, body));
    }
    throw new ServiceError("InvalidTopic", `no operation has the topic jobs/${path.join("/")}`);
  }

  private envelope(body: JsonObject): JsonObject {
    const { clientToken } = body;
    const timestamp = this.jobs.timestamp();
    return typeof clientToken === "string" ? { clientToken, timestamp } : { timestamp };
  }
}

function checkClientToken(body: JsonObject): void {
  if ((stringField(body, "clientToken") ?? "").length <= limits.clientTokenMaxChars) return;
  throw invalidRequest(`clientToken is longer than ${limits.clientTokenMaxChars} characters`);
}

function rejection(error: unknown): JsonObject {
  if (!(error instanceof ServiceError)) return { code: "InternalError", message: String(error) };
  const { code, message, executionState } = error;
  return executionState === undefined
    ? { code, message }
    : { code, message, executionState: { ...executionState } };
}
