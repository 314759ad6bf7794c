import type { Boot } from "../../ports/boot.ts";
import type { Flash } from "../../ports/flash.ts";
import type { Platform } from "../../ports/platform.ts";
import { readBoard } from "./board.ts";
import { boardCrc32 } from "./checksum.ts";
import { ModdableClock } from "./clock.ts";
import { readCredentials } from "./credentials.ts";
import { newSha256 } from "./digest.ts";
import { ModdableFlash } from "./flash.ts";
import { ModemNetwork, SdkNetwork } from "./network.ts";
import { ModdablePower } from "./power.ts";
import { moddableReset } from "./reset.ts";
import { ModdableStore } from "./store.ts";

/** The boot side of a board whose bootloader works on the two slots. */
export interface BootSide {
  readonly newBoot: (slots: { primary: Flash; secondary: Flash }) => Boot;
  /** The secondary slot from where a bootloader that swaps by an offset expects the new image. */
  readonly offsetSlot: (slot: Flash) => Flash;
}

/** A board with MCUboot. What else it has was written to its store when it was provisioned. */
export function moddablePlatform({ newBoot, offsetSlot }: BootSide): Platform {
  const store = new ModdableStore("tracker-fota");
  const board = readBoard(store);
  const primary = new ModdableFlash("image-0");
  const slot = new ModdableFlash("image-1");
  const secondary = board.swap === "offset" ? offsetSlot(slot) : slot;
  return {
    clock: new ModdableClock(),
    network: board.tls === "sdk" ? new SdkNetwork(readCredentials()) : new ModemNetwork(),
    primary,
    secondary,
    boot: newBoot({ primary, secondary }),
    store,
    reset: moddableReset,
    power: new ModdablePower(board.battery),
    newSha256,
    crc32: boardCrc32(),
    random: Math.random,
    log: (line) => trace(`${line}\n`),
  };
}
