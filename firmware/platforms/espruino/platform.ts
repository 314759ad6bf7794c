import { assert } from "../../assert.ts";
import type { Boot } from "../../ports/boot.ts";
import type { Flash } from "../../ports/flash.ts";
import type { ImageFormat } from "../../ports/image.ts";
import type { Platform } from "../../ports/platform.ts";
import type { TrustAnchor } from "../../trust-anchors.ts";
import { EspruinoClock } from "./clock.ts";
import type { Engine } from "./engine.ts";
import { EspruinoFlash } from "./flash.ts";
import { EspruinoNetwork } from "./network.ts";
import type { Provision } from "./provision.ts";
import { newSha256 } from "./sha256.ts";
import { EspruinoStore } from "./store.ts";

export interface EspruinoOptions {
  readonly engine: Engine;
  readonly provision: Provision;
  readonly anchors: readonly TrustAnchor[];
  readonly format: ImageFormat;
  readonly newBoot: (slots: { primary: Flash; secondary: Flash }) => Boot;
  /** The secondary slot from where a bootloader that swaps by an offset expects the new image. */
  readonly offsetSlot: (slot: Flash) => Flash;
}

/**
 * A board with MCUboot under Espruino. Asserts that the image trusts a key: TLS vouches for nothing
 * here, so without a signature anybody on the way could install what he likes.
 */
export function espruinoPlatform(options: EspruinoOptions): Platform {
  const { engine, provision, anchors, format, newBoot, offsetSlot } = options;
  assert(anchors.length > 0, "no trust anchor in this image, and Espruino's TLS verifies nothing");
  const primary = new EspruinoFlash(engine.flash, provision.primary);
  const slot = new EspruinoFlash(engine.flash, provision.secondary);
  const secondary = provision.swap === "offset" ? offsetSlot(slot) : slot;
  return {
    clock: new EspruinoClock(engine),
    network: new EspruinoNetwork(engine, provision.credentials),
    primary,
    secondary,
    format,
    boot: newBoot({ primary, secondary }),
    store: new EspruinoStore(engine),
    reset: {
      restart(): never {
        engine.reboot();
        throw new Error("E.reboot returned");
      },
      // No board of Espruino's tells it in one way.
      wasPowerLoss: () => undefined,
    },
    power: { batteryPercent: () => engine.batteryPercent(), signalDbm: () => undefined },
    newSha256,
    random: () => engine.random(),
    log: (line) => engine.print(line),
  };
}
