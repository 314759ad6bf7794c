import {
  decodeBase64,
  engine,
  readProvisionFile,
  resetOnFailure,
} from "./platforms/espruino/globals.ts";
import { espruinoPlatform } from "./platforms/espruino/platform.ts";
import { readProvision } from "./platforms/espruino/provision.ts";
import { printableLog } from "./printable.ts";
import { McubootBoot } from "./swap/mcuboot.ts";
import { OffsetSlot } from "./swap/offset-slot.ts";
import { COMPILED_IN, trustAnchors } from "./trust-anchors.ts";
import { batteryGate } from "./update/gate.ts";
import { Update } from "./update/update.ts";
import { runningVersion } from "./verify/identity.ts";
import { mcubootFormat } from "./verify/mcuboot-format.ts";
import { verifier } from "./verify/p256-plain.ts";
import { FIRMWARE_VERSION } from "./version.ts";

resetOnFailure();
const provision = readProvision(readProvisionFile(), decodeBase64);
const { settings } = provision;
const { batteryMinimum } = settings;
const anchors = trustAnchors(COMPILED_IN);
const platform = espruinoPlatform({
  engine,
  provision,
  anchors,
  format: mcubootFormat,
  newBoot: (slots) => new McubootBoot(slots),
  offsetSlot: (slot) => new OffsetSlot(slot),
});

printableLog(platform.log)(`tracker-fota ${FIRMWARE_VERSION} on ${settings.thingName}`);

new Update({
  platform,
  settings,
  gates: batteryMinimum === undefined ? [] : [batteryGate(platform.power, batteryMinimum)],
  trust: { anchors, verifier },
  // An application adds its own checks here: sensors answer, GNSS has a fix.
  application(done) {
    const header = runningVersion(platform);
    const same = header === FIRMWARE_VERSION;
    done(same ? undefined : `the header says ${header}, the code ${FIRMWARE_VERSION}`);
  },
}).start();
