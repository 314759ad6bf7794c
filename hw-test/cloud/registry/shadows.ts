import { type Clock, epochSeconds } from "../clock.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { invalidRequest, ServiceError } from "../serviceError.ts";
import { inMemory, type Tables } from "../store/tables.ts";

/** AWS General Reference, "AWS IoT Core Device Shadow service": 8 KB. */
const documentMaxBytes = 8 * 1024;

interface Section {
  readonly state: JsonObject;
  /** The same shape, with the time of change where `state` has a value. */
  readonly metadata: JsonObject;
}

interface Shadow {
  readonly version: number;
  readonly desired: Section | undefined;
  readonly reported: Section | undefined;
}

type SectionName = "desired" | "reported";

/** What an accepted update tells whoever has subscribed (AWS IoT developer guide, "Shadow topics"). */
export interface ShadowNotice {
  readonly thingName: string;
  /** Behind the shadow's own prefix. */
  readonly topic: "update/accepted" | "update/delta" | "update/documents" | "delete/accepted";
  /** Empty: the classic shadow. */
  readonly shadowName: string;
  readonly body: JsonObject;
}

/** Device shadows, classic and named (AWS IoT developer guide, "Device Shadow service documents"). */
export class Shadows {
  private readonly now: Clock["now"];
  private readonly onNotice: (notice: ShadowNotice) => void;
  private readonly shadows: Map<string, Shadow>;
  /** A shadow that is made again counts on from where the deleted one was. */
  private readonly versions: Map<string, number>;

  constructor(options: {
    readonly now: Clock["now"];
    /** Also where the change came over HTTP. */
    readonly onNotice: (notice: ShadowNotice) => void;
    readonly tables?: Tables;
  }) {
    const { tables = inMemory } = options;
    this.now = options.now;
    this.onNotice = options.onNotice;
    this.shadows = tables.open("shadows");
    this.versions = tables.open("shadow versions");
  }

  /** @param shadowName empty: the classic shadow */
  get(thingName: string, shadowName: string): JsonObject {
    const shadow = this.shadow(thingName, shadowName);
    const { state, ...rest } = documentOf(shadow);
    const delta = deltaOf(shadow);
    return {
      state: { ...state, ...(delta && { delta }) },
      ...rest,
      timestamp: epochSeconds(this.now()),
    };
  }

  update(thingName: string, shadowName: string, body: JsonObject): JsonObject {
    const { state, clientToken } = body;
    if (!isObject(state)) throw invalidRequest("Missing required node: state");
    if (JSON.stringify(body).length > documentMaxBytes) {
      throw new ServiceError(
        "RequestEntityTooLarge",
        "The payload exceeds the maximum size allowed",
      );
    }
    const key = keyOf(thingName, shadowName);
    const before = this.shadows.get(key);
    const last = before?.version ?? 0;
    if (body["version"] !== undefined && body["version"] !== last) {
      throw new ServiceError("ShadowConflict", "Version conflict");
    }
    const timestamp = epochSeconds(this.now());
    const version = (this.versions.get(key) ?? 0) + 1;
    const merged = (name: SectionName) => changed(before?.[name], state[name], timestamp);
    const after = { version, desired: merged("desired"), reported: merged("reported") };
    this.shadows.set(key, after);
    this.versions.set(key, version);
    const said = (name: SectionName) => state[name] as Json | undefined;
    const metadata = Object.fromEntries(
      (["desired", "reported"] as const)
        .filter((name) => isObject(said(name)))
        .map((name) => [name, stamped(said(name) ?? null, timestamp)]),
    );
    const token = clientToken === undefined ? {} : { clientToken };
    const accepted = { state, metadata, version, timestamp, ...token };
    const tell = (topic: ShadowNotice["topic"], told: JsonObject) =>
      this.onNotice({ thingName, shadowName, topic, body: told });
    tell("update/accepted", accepted);
    const documents = {
      ...(before && { previous: { ...documentOf(before) } }),
      current: { ...documentOf(after) },
    };
    const delta = deltaOf(after);
    if (delta !== undefined) {
      const stamps = pick(after.desired?.metadata ?? {}, delta);
      tell("update/delta", { version, timestamp, state: delta, metadata: stamps, ...token });
    }
    tell("update/documents", { ...documents, timestamp, ...token });
    return accepted;
  }

  delete(thingName: string, shadowName: string): JsonObject {
    const { version } = this.shadow(thingName, shadowName);
    this.shadows.delete(keyOf(thingName, shadowName));
    const body = { version, timestamp: epochSeconds(this.now()) };
    this.onNotice({ thingName, shadowName, topic: "delete/accepted", body });
    return body;
  }

  private shadow(thingName: string, shadowName: string): Shadow {
    const shadow = this.shadows.get(keyOf(thingName, shadowName));
    if (shadow !== undefined) return shadow;
    const name = shadowName === "" ? thingName : `${thingName}~${shadowName}`;
    throw new ServiceError("ResourceNotFound", `No shadow exists with name: '${name}'`);
  }
}

/** What is kept, in the form in which it is told. */
function documentOf({ version, desired, reported }: Shadow) {
  const part = (name: keyof Section) => ({
    ...(desired && { desired: desired[name] }),
    ...(reported && { reported: reported[name] }),
  });
  return { state: part("state"), metadata: part("metadata"), version };
}

function deltaOf({ desired, reported }: Shadow): JsonObject | undefined {
  return difference(desired?.state ?? {}, reported?.state ?? {});
}

/** What `metadata` says of the fields that `shape` has. */
function pick(metadata: JsonObject, shape: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(shape).map(([name, inner]) => {
      const found = metadata[name] ?? null;
      return [name, isObject(inner) && isObject(found) ? pick(found, inner) : found];
    }),
  );
}

function keyOf(thingName: string, shadowName: string): string {
  return `${thingName} ${shadowName}`;
}

function changed(
  before: Section | undefined,
  change: Json | undefined,
  timestamp: number,
): Section | undefined {
  if (change === undefined) return before;
  if (change === null) return undefined;
  if (!isObject(change)) throw invalidRequest("desired and reported must be objects");
  const section = {
    state: merge(before?.state ?? {}, change),
    metadata: merge(before?.metadata ?? {}, stamped(change, timestamp) as JsonObject),
  };
  return Object.keys(section.state).length === 0 ? undefined : section;
}

/** null removes; objects are merged, everything else replaces. */
function merge(before: JsonObject, change: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...before };
  for (const [name, value] of Object.entries(change)) {
    const old = merged[name];
    if (value === null || value === undefined) delete merged[name];
    else merged[name] = isObject(value) ? merge(isObject(old) ? old : {}, value) : value;
  }
  return merged;
}

function stamped(value: Json, timestamp: number): Json {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => stamped(item as Json, timestamp));
  if (!isObject(value)) return { timestamp };
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, stamped(item ?? null, timestamp)]),
  );
}

/** What of `desired` is not as `reported` has it; undefined: nothing. */
function difference(desired: JsonObject, reported: JsonObject): JsonObject | undefined {
  const delta: Record<string, Json> = {};
  for (const [name, wanted] of Object.entries(desired)) {
    const actual = reported[name];
    if (wanted === undefined || JSON.stringify(wanted) === JSON.stringify(actual)) continue;
    const inner = isObject(wanted) && isObject(actual) ? difference(wanted, actual) : wanted;
    if (inner !== undefined) delta[name] = inner;
  }
  return Object.keys(delta).length === 0 ? undefined : delta;
}
