import { printable } from "../../../firmware/printable.ts";

/** What a tracker has told its shadow, or nothing of it. */
export interface Tracker {
  readonly thing: string;
  /** Undefined: nothing was told. */
  readonly firmware: Firmware | undefined;
}

export interface Firmware {
  readonly version: string;
  /** Digest of the image, hexadecimal; what a patch's `from` names. */
  readonly image: string;
  readonly result: Result | undefined;
  /** When that was told, seconds since 1970; undefined where AWS does not say. */
  readonly toldAt: number | undefined;
}

export interface Result {
  readonly jobId: string;
  readonly status: string;
  readonly reason: string | undefined;
}

/** Whoever may write the shadow may write anything there. */
const TEXT_MAX_CHARS = 128;

/** @param shadow the document that GetThingShadow gives (AWS IoT developer guide, "Shadow documents") */
export function trackerOf(thing: string, shadow: unknown): Tracker {
  const told = at(shadow, "state", "reported", "firmware");
  const [version, image] = [text(at(told, "version")), text(at(told, "image"))];
  if (version === undefined || image === undefined) return { thing, firmware: undefined };
  const result = resultOf(at(told, "result"));
  const time = at(shadow, "metadata", "reported", "firmware", "image", "timestamp");
  const toldAt = typeof time === "number" ? time : undefined;
  return { thing, firmware: { version, image, result, toldAt } };
}

function resultOf(told: unknown): Result | undefined {
  const [jobId, status] = [text(at(told, "jobId")), text(at(told, "status"))];
  if (jobId === undefined || status === undefined) return undefined;
  return { jobId, status, reason: text(at(told, "reason")) };
}

function at(value: unknown, ...names: readonly string[]): unknown {
  let found = value;
  for (const name of names) {
    const isObject = typeof found === "object" && found !== null && Object.hasOwn(found, name);
    found = isObject ? (found as Record<string, unknown>)[name] : undefined;
  }
  return found;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? printable(value, TEXT_MAX_CHARS) : undefined;
}
