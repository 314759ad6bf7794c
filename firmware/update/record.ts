import { isJsonObject, type JsonObject, ownField } from "../job/fields.ts";
import type { JobIdentity } from "../job/identity.ts";
import { isJobId } from "../job/topics.ts";

/**
 * How far an update had come, as far as a reset must know.
 * - `downloading`: the secondary slot is being written; `Progress` says how far;
 * - `verified`: the slot is good, a test swap is about to be asked for;
 * - `requested`: the swap was asked for, the reset may have come;
 * - `testing`: the new image has started and not yet confirmed.
 */
export type Stage = "downloading" | "verified" | "requested" | "testing";

/** A changed document, by its fingerprint, starts over. */
export interface UpdateRecord extends JobIdentity {
  readonly version: string;
  readonly stage: Stage;
  /** Hash of the image that ran when the job began, and of the new one (`imageIdentity`). */
  readonly from: string;
  readonly image: string;
  /** Why the new image gave up on itself; the old one reports it. */
  readonly reason: string;
  /** The release's security counter: the new image's, once it is confirmed. */
  readonly counter: number;
  /** The job was at work since the last reset. */
  readonly begun: boolean;
  /** Resets in a row that no loss of power made, without progress beyond `reached`. */
  readonly resets: number;
  /** Offset in bytes of the file from which the job went on when it last began. */
  readonly reached: number;
  /** Code of what a patch of this job failed with; its HEX file is taken since. "" if none did. */
  readonly patchFailure: string;
}

/**
 * A record as the store has it, every field checked: what a worn or crafted store holds must not
 * throw, or it would do so again after every reset.
 * @returns undefined for what is no record of this version
 */
export function parseRecord(text: string): UpdateRecord | undefined {
  const value = parseJson(text);
  if (!isJsonObject(value)) return undefined;
  const jobId = textOf(value, "jobId");
  const stage = stageOf(value);
  if (jobId === undefined || !isJobId(jobId) || stage === undefined) return undefined;
  return {
    jobId,
    executionNumber: numberOf(value, "executionNumber"),
    queuedAt: numberOf(value, "queuedAt"),
    fingerprint: numberOf(value, "fingerprint"),
    version: textOf(value, "version") ?? "",
    stage,
    from: textOf(value, "from") ?? "",
    image: textOf(value, "image") ?? "",
    reason: textOf(value, "reason") ?? "",
    counter: numberOf(value, "counter") ?? 0,
    begun: ownField(value, "begun") === true,
    resets: numberOf(value, "resets") ?? 0,
    reached: numberOf(value, "reached") ?? 0,
    patchFailure: textOf(value, "patchFailure") ?? "",
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // JSON.parse throws a SyntaxError for what is no JSON, and nothing else.
    return undefined;
  }
}

function textOf(value: JsonObject, name: string): string | undefined {
  const text = ownField(value, name);
  return typeof text === "string" ? text : undefined;
}

/** A whole number that is not negative. */
function numberOf(value: JsonObject, name: string): number | undefined {
  const number = ownField(value, name);
  const isCount = typeof number === "number" && number >= 0 && Math.floor(number) === number;
  return isCount ? number : undefined;
}

function stageOf(value: JsonObject): Stage | undefined {
  const stage = ownField(value, "stage");
  switch (stage) {
    case "downloading":
    case "verified":
    case "requested":
    case "testing":
      return stage;
    default:
      return undefined;
  }
}
