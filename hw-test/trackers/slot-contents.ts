import { type Image, readImage } from "../../tools/image/mcuboot.ts";
import { ERASED, WRITE_BLOCK_BYTES } from "../../tools/image/memory-map.ts";
import {
  readFields,
  type SwapType,
  swapTypes,
  type TrailerFields,
} from "../../tools/image/trailer.ts";

/**
 * What is in a slot, read by code that shares nothing with what wrote it: the source of a run's
 * summary, and the oracle of firmware/swap/trailer.ts and hw-test/board/trailer.c in tests.
 */
export interface SlotContents {
  /** undefined if no well-formed MCUboot image starts here. */
  readonly image: Image | undefined;
  readonly trailer: Trailer;
}

export interface Trailer extends Pick<TrailerFields, "magic" | "imageOk" | "copyDone"> {
  readonly swapType: SwapType | "unset" | "bad";
}

const geometry = Object.freeze({ writeAlign: WRITE_BLOCK_BYTES, eraseValue: ERASED });

export function readSlot(slot: Uint8Array): SlotContents {
  return { image: readImage(slot), trailer: readTrailer(slot) };
}

/** @param end of a slot, its last page at least */
export function readTrailer(end: Uint8Array): Trailer {
  const { magic, imageOk, copyDone, swapInfo } = readFields(end, geometry);
  return { magic, imageOk, copyDone, swapType: swapType(swapInfo) };
}

/**
 * Whether the image of the primary slot stays after the next reset: a factory image has no magic,
 * one that came by a swap has `image_ok` set once it is confirmed.
 */
export function isConfirmed({ trailer }: SlotContents): boolean {
  return trailer.magic !== "good" || trailer.imageOk === "set";
}

/** The image's number, in the high half, is 0 here; anything else is `bad`. */
function swapType(swapInfo: number): Trailer["swapType"] {
  if (swapInfo === ERASED) return "unset";
  return swapTypes[swapInfo] ?? "bad";
}
