import type { Flash } from "../../firmware/ports/flash.ts";

/** A slot whose content the bootloader can look at where it stands. */
export interface SlotFlash extends Flash {
  readonly nor: { readonly bytes: Uint8Array };
}
