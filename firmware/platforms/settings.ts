import { assert } from "../assert.ts";
import { config } from "../config.ts";
import type { Store } from "../ports/store.ts";
import type { Settings } from "../settings.ts";
import { decodeUtf8 } from "../utf8.ts";

/** Written into the key-value store when the tracker is provisioned: one JSON object. */
const KEY = "settings";

const defaults = Object.freeze({
  brokerPort: 8883,
  /** nRF9160 with joined slots (docs/virtual-tracker.md, "Memory map"). */
  slotAddresses: Object.freeze({ primary: 0x10000, secondary: 0x80000 }),
  imageHeader: "required",
  evidence: "required",
  allowDowngrade: false,
  hardware: undefined,
  selfTestDeadlineMs: config.selfTestDeadlineMs,
  startDelayMaxMs: config.startDelayMaxMs,
  rollbackAfterStarts: undefined,
  failedJobWaitMaxMs: config.failedJobWaitMaxMs,
  shadow: "report",
  batteryMinimum: undefined,
});

/**
 * Asserts that the tracker was provisioned: without a name and a broker there is nothing to do.
 * @param ofProduct the same on all trackers; what the store has of the one tracker comes first
 */
export function readSettings(store: Store, ofProduct: Partial<Settings> = {}): Settings {
  const value = store.read(KEY);
  const isNamed = value !== undefined || ofProduct.thingName !== undefined;
  assert(isNamed, "not provisioned: the store has no settings");
  const ofTracker = value === undefined ? {} : JSON.parse(decodeUtf8(value));
  return settingsFrom(Object.assign({}, ofProduct, ofTracker));
}

/** What was provisioned, and the defaults of what was not. */
export function settingsFrom(given: Partial<Settings>): Settings {
  const settings: Settings = Object.assign({}, defaults, given) as Settings;
  assert(typeof settings.thingName === "string", "settings name no thing");
  assert(typeof settings.brokerHost === "string", "settings name no broker");
  return Object.freeze(settings);
}
