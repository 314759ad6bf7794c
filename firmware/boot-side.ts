import { mcubootPlatform } from "./platforms/moddable/mcuboot.ts";
import type { Platform } from "./ports/platform.ts";
import { McubootBoot } from "./swap/mcuboot.ts";
import { OffsetSlot } from "./swap/offset-slot.ts";
import { mcubootFormat } from "./verify/mcuboot-format.ts";

/** A board of the Moddable SDK whose bootloader is MCUboot. */
export function newPlatform(): Platform {
  return mcubootPlatform({
    format: mcubootFormat,
    newBoot: (slots) => new McubootBoot(slots),
    offsetSlot: (slot) => new OffsetSlot(slot),
  });
}
