import { moddablePlatform } from "./platforms/moddable/platform.ts";
import { readSettings } from "./platforms/moddable/settings.ts";
import { McubootBoot } from "./swap/mcuboot.ts";
import { batteryGate } from "./update/gate.ts";
import { Update } from "./update/update.ts";
import { runningVersion } from "./verify/identity.ts";
// For signed jobs `./verify/signature.ts` instead: 41 KB of image (docs/decisions/003-ed25519.md).
import { verifyEd25519 } from "./verify/signature-off.ts";
import { FIRMWARE_VERSION } from "./version.ts";

const platform = moddablePlatform((slots) => new McubootBoot(slots));
const settings = readSettings(platform.store);
const { batteryMinimum } = settings;

platform.log(`tracker-fota ${FIRMWARE_VERSION} on ${settings.thingName}`);

new Update({
  platform,
  settings,
  gates: batteryMinimum === undefined ? [] : [batteryGate(platform.power, batteryMinimum)],
  verifySignature: verifyEd25519,
  // An application adds its own checks here: sensors answer, GNSS has a fix.
  application(done) {
    const header = runningVersion(platform.primary);
    const same = header === FIRMWARE_VERSION;
    done(same ? undefined : `the header says ${header}, the code ${FIRMWARE_VERSION}`);
  },
}).start();
