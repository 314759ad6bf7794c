import { assert } from "../../assert.ts";
import type { Settings } from "../../settings.ts";
import { settingsFrom } from "../settings.ts";
import type { SlotPlace } from "./flash.ts";
import type { Credentials } from "./network.ts";

/** What `fota.json` in Storage holds; written when the tracker is provisioned. */
export interface Provision {
  readonly settings: Settings;
  readonly primary: SlotPlace;
  readonly secondary: SlotPlace;
  /** MCUboot's swap mode; `move` if left out. */
  readonly swap?: "move" | "offset";
  /** In base64 in the file. */
  readonly credentials: Credentials;
}

export const PROVISION_FILE = "fota.json";

/** Asserts that the tracker was provisioned: without it there is nothing to do. */
export function readProvision(
  file: Provision | undefined,
  decode: (base64: string) => string,
): Provision {
  assert(file !== undefined, `not provisioned: Storage has no ${PROVISION_FILE}`);
  const { ca, cert, key } = file.credentials;
  const { swap = "move" } = file;
  assert(swap === "move" || swap === "offset", "swap names no mode");
  return {
    settings: settingsFrom(file.settings),
    primary: file.primary,
    secondary: file.secondary,
    swap,
    credentials: { ca: decode(ca), cert: decode(cert), key: decode(key) },
  };
}
