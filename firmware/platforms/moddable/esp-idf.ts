import ota from "tracker/ota";
import type { Boot } from "../../ports/boot.ts";
import type { ImageFormat } from "../../ports/image.ts";
import type { OtaPartitions } from "../../ports/ota.ts";
import type { Platform } from "../../ports/platform.ts";
import { readBoard } from "./board.ts";
import { ModdableFlash } from "./flash.ts";
import { moddablePlatform } from "./platform.ts";
import { ModdableStore } from "./store.ts";

/** The boot side of a board whose bootloader starts one partition or the other. */
export interface EspIdfSide {
  readonly format: ImageFormat;
  readonly newBoot: (ota: OtaPartitions) => Boot;
}

/**
 * A board with ESP-IDF's bootloader: `running` and `nextota` are the SDK's names for the partitions of
 * `esp_ota_get_running_partition` and `esp_ota_get_next_update_partition`.
 */
export function espIdfPlatform({ format, newBoot }: EspIdfSide): Platform {
  const store = new ModdableStore("tracker-fota");
  const primary = new ModdableFlash("running", { hasTrailer: false });
  const secondary = new ModdableFlash("nextota", { hasTrailer: false });
  const boot = newBoot(ota);
  return moddablePlatform(store, readBoard(store), { primary, secondary, format, boot });
}
