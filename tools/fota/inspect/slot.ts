import { ERASED, PAGE_BYTES, partitions, WRITE_BLOCK_BYTES } from "../../image/memory-map.ts";
import {
  readFields,
  type SlotGeometry,
  swapTypes,
  type TrailerFields,
} from "../../image/trailer.ts";

/** Of either slot of the default board (docs/virtual-tracker.md, "Memory map"). */
export const slotGeometry: SlotGeometry = Object.freeze({
  byteLength: partitions["image-0"].byteLength,
  blockLength: PAGE_BYTES,
  writeAlign: WRITE_BLOCK_BYTES,
  eraseValue: ERASED,
});

export interface TrailerFacts extends Omit<TrailerFields, "swapInfo" | "swapSize"> {
  readonly swapType: string;
  /** Bytes, where one is written. */
  readonly swapSize: number | undefined;
}

export function trailerFacts(slot: Uint8Array): TrailerFacts {
  const { swapInfo, swapSize, ...flags } = readFields(slot, slotGeometry);
  const type = swapInfo & 0x0f;
  const swapType = swapInfo === ERASED ? "unset" : (swapTypes[type] ?? `unknown (${type})`);
  return { ...flags, swapType, swapSize: swapSize === 0xffffffff ? undefined : swapSize };
}

export function trailerText({ magic, swapType, imageOk, copyDone }: TrailerFacts): string {
  return `magic ${magic}, swap type ${swapType}, image_ok ${imageOk}, copy_done ${copyDone}`;
}
