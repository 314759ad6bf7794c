// A build for ESP-IDF's bootloader puts boot-side-esp-idf.ts here (rollup.config.mjs).
import { newPlatform } from "./boot-side.ts";
import { readSettings } from "./platforms/settings.ts";
import { printableLog } from "./printable.ts";
import { TRUST_ANCHORS } from "./trust-anchors.ts";
import { batteryGate } from "./update/gate.ts";
import { Update } from "./update/update.ts";
import { runningVersion } from "./verify/identity.ts";
// A build puts the board's own here, or none for an unsigned image (rollup.config.mjs).
import { verifier } from "./verify/p256.ts";
import { FIRMWARE_VERSION } from "./version.ts";

/**
 * What the board calls when it has loaded this module, which only defines: so that all of it can be
 * linked into ROM (docs/decisions/011-read-only-heap.md).
 */
export default function start(): void {
  const platform = newPlatform();
  const settings = readSettings(platform.store);
  const { batteryMinimum } = settings;

  printableLog(platform.log)(`tracker-fota ${FIRMWARE_VERSION} on ${settings.thingName}`);

  new Update({
    platform,
    settings,
    gates: batteryMinimum === undefined ? [] : [batteryGate(platform.power, batteryMinimum)],
    trust: { anchors: TRUST_ANCHORS, verifier },
    // An application adds its own checks here: sensors answer, GNSS has a fix.
    application(done) {
      const header = runningVersion(platform);
      const same = header === FIRMWARE_VERSION;
      done(same ? undefined : `the header says ${header}, the code ${FIRMWARE_VERSION}`);
    },
  }).start();
}
