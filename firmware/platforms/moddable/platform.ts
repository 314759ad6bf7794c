import type { Boot } from "../../ports/boot.ts";
import type { Flash } from "../../ports/flash.ts";
import type { Platform } from "../../ports/platform.ts";
import { ModdableClock } from "./clock.ts";
import { newSha256 } from "./digest.ts";
import { ModdableFlash } from "./flash.ts";
import { ModdableNetwork } from "./network.ts";
import { ModdablePower } from "./power.ts";
import { moddableReset } from "./reset.ts";
import { ModdableStore } from "./store.ts";

/** Makes the boot side for a board whose bootloader works on the two slots. */
export type NewBoot = (slots: { primary: Flash; secondary: Flash }) => Boot;

/**
 * A board with MCUboot and TLS in its modem: credentials are named by security tag. A board whose
 * TLS is the SDK's own gives certificates here instead (docs/porting.md).
 */
export function moddablePlatform(newBoot: NewBoot): Platform {
  const primary = new ModdableFlash("image-0");
  const secondary = new ModdableFlash("image-1");
  return {
    clock: new ModdableClock(),
    network: new ModdableNetwork({
      broker: { securityTag: "broker" },
      files: { securityTag: "files" },
    }),
    primary,
    secondary,
    boot: newBoot({ primary, secondary }),
    store: new ModdableStore("tracker-fota"),
    reset: moddableReset,
    power: new ModdablePower({ battery: 0 }),
    newSha256,
    random: Math.random,
    log: (line) => trace(`${line}\n`),
  };
}
