import { WRITE_BLOCK_BYTES } from "../../../tools/image/memory-map.ts";
import type { FlashOperation } from "./power.ts";

/** How long the flash takes. */
export interface FlashTiming {
  readonly erasePageMs: number;
  readonly writeBlockUs: number;
}

/** Nordic nRF9160 Product Specification, NVMC: t_ERASEPAGE 85 ms, t_WRITE 41 us a word. */
export const nrf9160FlashTiming: FlashTiming = Object.freeze({
  erasePageMs: 85,
  writeBlockUs: 41,
});

export function operationMs(timing: FlashTiming, { kind, byteLength }: FlashOperation): number {
  if (kind === "erase") return timing.erasePageMs;
  return (Math.ceil(byteLength / WRITE_BLOCK_BYTES) * timing.writeBlockUs) / 1000;
}
