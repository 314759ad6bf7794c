import type { FlashGeometry } from "../../firmware/ports/flash.ts";
import { NorFlash } from "../model/nor-flash.ts";
import { Bootloader, type BootloaderBuild, type BootResult } from "./bootloader.ts";
import { OffsetBootloader } from "./offset-bootloader.ts";
import { PowerSupply } from "./power-supply.ts";
import { PoweredFlash } from "./powered-flash.ts";
import type { SlotPair } from "./swap-move.ts";

/**
 * What MCUboot does with two slots at the next starts, by running the desk's bootloader on a copy:
 * each start finds what the one before it left, and no firmware that writes anything in between.
 */
export function forecastBoots(
  slots: SlotPair<Uint8Array>,
  geometry: FlashGeometry,
  { starts, build }: { readonly starts: number; readonly build: BootloaderBuild },
): BootResult[] {
  const supply = new PowerSupply([], () => {});
  const part = (name: "primary" | "secondary") =>
    new PoweredFlash({
      nor: new NorFlash(geometry, slots[name]),
      part: name,
      supply,
      torn: undefined,
    });
  const options = { primary: part("primary"), secondary: part("secondary"), ...build };
  const bootloader =
    build.swap === "offset" ? new OffsetBootloader(options) : new Bootloader(options);
  return Array.from({ length: starts }, () => bootloader.run());
}
