import { assert } from "../assert.ts";
import { isAlphanumeric } from "../characters.ts";
import { config } from "../config.ts";

/** A job's identifier, or the head of the queue whatever its identifier is. */
export type JobSelector = string;

export const nextJob: JobSelector = "$next";

/** AWS SDK, ThingName: `[a-zA-Z0-9:_-]+`, at most 128 characters. */
export function isThingName(text: string): boolean {
  return text.length > 0 && text.length <= 128 && isAlphanumeric(text, ":_-");
}

/** AWS SDK, JobId: `[a-zA-Z0-9_-]+`, at most 64 characters. */
export function isJobId(text: string): boolean {
  const isLength = text.length > 0 && text.length <= config.jobIdMaxBytes;
  return isLength && isAlphanumeric(text, "_-");
}

/** What a message on a Jobs topic answers or announces. */
export interface JobTopic {
  readonly kind: "notifyNext" | "startNext" | "get" | "update";
  /** False for `…/rejected`. */
  readonly accepted: boolean;
  /** As in the topic, `$next` too; empty where the topic names none. */
  readonly job: JobSelector;
}

/**
 * The reserved topics of one thing (AWS IoT developer guide, "Jobs device MQTT API operations").
 */
export class JobTopics {
  readonly startNext: string;
  /** What to subscribe: four filters, the replies and the notice of a new head of the queue. */
  readonly subscriptions: readonly string[];
  private readonly prefix: string;

  constructor(thing: string) {
    assert(isThingName(thing), "the thing name fits a topic");
    this.prefix = `$aws/things/${thing}/jobs/`;
    this.startNext = `${this.prefix}start-next`;
    this.subscriptions = [
      `${this.prefix}notify-next`,
      `${this.prefix}start-next/+`,
      `${this.prefix}+/get/+`,
      `${this.prefix}+/update/+`,
    ];
  }

  get(job: JobSelector): string {
    return `${this.prefix}${job}/get`;
  }

  update(jobId: string): string {
    return `${this.prefix}${jobId}/update`;
  }

  /** @returns undefined for a topic that is none of ours */
  parse(topic: string): JobTopic | undefined {
    if (topic.slice(0, this.prefix.length) !== this.prefix) return undefined;
    const parts = topic.slice(this.prefix.length).split("/");
    const first = parts[0] ?? "";
    if (parts.length === 1 && first === "notify-next") return notifyNext;
    const outcome = parts[parts.length - 1];
    if (outcome !== "accepted" && outcome !== "rejected") return undefined;
    const accepted = outcome === "accepted";
    if (parts.length === 2 && first === "start-next") {
      return { kind: "startNext", accepted, job: "" };
    }
    if (parts.length !== 3 || !(isJobId(first) || first === nextJob)) return undefined;
    const verb = parts[1];
    if (verb !== "get" && verb !== "update") return undefined;
    return { kind: verb, accepted, job: first };
  }
}

const notifyNext: JobTopic = Object.freeze({ kind: "notifyNext", accepted: true, job: "" });
