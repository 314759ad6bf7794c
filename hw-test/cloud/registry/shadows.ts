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

/** Device shadows, classic and named (AWS IoT developer guide, "Device Shadow service documents"). */
export class Shadows {
  private readonly now: Clock["now"];
  private readonly shadows: Map<string, Shadow>;
  /** A shadow that is made again counts on from where the deleted one was. */
  private readonly versions: Map<string, number>;

  constructor(clock: Pick<Clock, "now">, tables: Tables = inMemory) {
    this.now = clock.now;
    this.shadows = tables.open("shadows");
    this.versions = tables.open("shadow versions");
  }

  /** @param shadowName empty: the classic shadow */
  get(thingName: string, shadowName: string): JsonObject {
    const { version, desired, reported } = this.shadow(thingName, shadowName);
    const delta = difference(desired?.state ?? {}, reported?.state ?? {});
    return {
      state: {
        ...(desired && { desired: desired.state }),
        ...(reported && { reported: reported.state }),
        ...(delta && { delta }),
      },
      metadata: {
        ...(desired && { desired: desired.metadata }),
        ...(reported && { reported: reported.metadata }),
      },
      version,
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
    this.shadows.set(key, { version, desired: merged("desired"), reported: merged("reported") });
    this.versions.set(key, version);
    const said = (name: SectionName) => state[name] as Json | undefined;
    const metadata = Object.fromEntries(
      (["desired", "reported"] as const)
        .filter((name) => isObject(said(name)))
        .map((name) => [name, stamped(said(name) ?? null, timestamp)]),
    );
    return {
      state,
      metadata,
      version,
      timestamp,
      ...(clientToken !== undefined && { clientToken }),
    };
  }

  delete(thingName: string, shadowName: string): JsonObject {
    const { version } = this.shadow(thingName, shadowName);
    this.shadows.delete(keyOf(thingName, shadowName));
    return { version, timestamp: epochSeconds(this.now()) };
  }

  private shadow(thingName: string, shadowName: string): Shadow {
    const shadow = this.shadows.get(keyOf(thingName, shadowName));
    if (shadow !== undefined) return shadow;
    const name = shadowName === "" ? thingName : `${thingName}~${shadowName}`;
    throw new ServiceError("ResourceNotFound", `No shadow exists with name: '${name}'`);
  }
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
