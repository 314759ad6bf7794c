import { espIdfPlatform } from "./platforms/moddable/esp-idf.ts";
import type { Platform } from "./ports/platform.ts";
import { OtaBoot } from "./swap/ota-boot.ts";
import { espFormat } from "./verify/esp-image.ts";

/** A board of the Moddable SDK whose bootloader is ESP-IDF's, with two application partitions. */
export function newPlatform(): Platform {
  return espIdfPlatform({ format: espFormat, newBoot: (ota) => new OtaBoot(ota) });
}
