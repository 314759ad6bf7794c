import type { Boot } from "../../ports/boot.ts";
import type { Flash } from "../../ports/flash.ts";
import type { ImageFormat } from "../../ports/image.ts";
import type { Platform } from "../../ports/platform.ts";
import { readBoard } from "./board.ts";
import { ModdableFlash } from "./flash.ts";
import { moddablePlatform } from "./platform.ts";
import { ModdableStore } from "./store.ts";

/** The boot side of a board whose bootloader works on the two slots. */
export interface McubootSide {
  readonly format: ImageFormat;
  readonly newBoot: (slots: { primary: Flash; secondary: Flash }) => Boot;
  /** The secondary slot from where a bootloader that swaps by an offset expects the new image. */
  readonly offsetSlot: (slot: Flash) => Flash;
}

/** A board with MCUboot: its slots by their labels in Zephyr's device tree. */
export function mcubootPlatform({ format, newBoot, offsetSlot }: McubootSide): Platform {
  const store = new ModdableStore("tracker-fota");
  const board = readBoard(store);
  const primary = new ModdableFlash("image-0");
  const slot = new ModdableFlash("image-1");
  const secondary = board.swap === "offset" ? offsetSlot(slot) : slot;
  const boot = newBoot({ primary, secondary });
  return moddablePlatform(store, board, { primary, secondary, format, boot });
}
