import { assert } from "../assert.ts";
import { config } from "../config.ts";
import type { Store } from "../ports/store.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import { isJsonObject, type JsonObject, ownField } from "./fields.ts";
import type { StatusDetails } from "./progress.ts";
import { isJobId } from "./topics.ts";
import type { JobUpdate } from "./updates.ts";

const key = "outbox";

/**
 * The terminal state of a job, kept in the store until the service has taken it or says that the
 * job is gone, so that neither a reset nor a broker that is down for days can lose it.
 *
 * One entry is enough: a job's terminal state has to be accepted before another job can be started.
 * Until then the service holds the old execution IN_PROGRESS and `start-next` gives it again, so
 * there is nothing to make a second entry of.
 *
 * Costs one key of at most `config.storeValueMaxBytes`, written once and deleted once a job.
 */
export class Outbox {
  private readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  /** Replaces what was kept. Details that the store has no room for are dropped, last ones first. */
  put(update: JobUpdate): void {
    assert(update.status !== "IN_PROGRESS", "the outbox is for terminal states");
    const names = Object.keys(update.statusDetails);
    let value = encode(update, names);
    while (value.length > config.storeValueMaxBytes && names.length > 0) {
      names.pop();
      value = encode(update, names);
    }
    this.store.write(key, value);
  }

  /** What is to be sent. Whatever cannot be read is no entry of ours and is deleted. */
  entry(): JobUpdate | undefined {
    const value = this.store.read(key);
    if (value === undefined) return undefined;
    const update = decode(value);
    if (update === undefined) this.store.remove(key);
    return update;
  }

  /** The service has taken the state of this job, or the job is gone. Others' are kept. */
  settle(jobId: string): void {
    const update = this.entry();
    if (update !== undefined && update.jobId === jobId) this.store.remove(key);
  }
}

function encode(update: JobUpdate, names: readonly string[]): Uint8Array {
  const statusDetails: Record<string, string | undefined> = {};
  for (const name of names) statusDetails[name] = update.statusDetails[name];
  const entry = {
    jobId: update.jobId,
    executionNumber: update.executionNumber,
    queuedAt: update.queuedAt,
    fingerprint: update.fingerprint,
    status: update.status,
    statusDetails,
  };
  return encodeUtf8(JSON.stringify(entry));
}

function decode(value: Uint8Array): JobUpdate | undefined {
  const entry = parse(value);
  if (!isJsonObject(entry)) return undefined;
  const jobId = ownField(entry, "jobId");
  const status = ownField(entry, "status");
  if (typeof jobId !== "string" || !isJobId(jobId)) return undefined;
  if (status !== "SUCCEEDED" && status !== "FAILED" && status !== "REJECTED") return undefined;
  return {
    jobId,
    status,
    statusDetails: textsOf(ownField(entry, "statusDetails")),
    executionNumber: numberOf(entry, "executionNumber"),
    queuedAt: numberOf(entry, "queuedAt"),
    fingerprint: numberOf(entry, "fingerprint"),
  };
}

/** The only thing that JSON.parse throws is that it is no JSON: another firmware's use of the key. */
function parse(value: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(value));
  } catch {
    return undefined;
  }
}

function numberOf(entry: JsonObject, name: string): number | undefined {
  const value = ownField(entry, name);
  return typeof value === "number" ? value : undefined;
}

function textsOf(value: unknown): StatusDetails {
  const texts: Record<string, string> = {};
  if (!isJsonObject(value)) return texts;
  const details: JsonObject = value;
  for (const name of Object.keys(details)) {
    const text = details[name];
    if (typeof text === "string") texts[name] = text;
  }
  return texts;
}
