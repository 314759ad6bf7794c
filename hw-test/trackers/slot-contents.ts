import { type Image, readImage } from "../../tools/image/mcuboot.ts";

/**
 * What is in a slot, read by code that shares nothing with the firmware's own reader: an oracle
 * for tests and the source of a run's summary.
 */
export interface SlotContents {
  /** undefined if no well-formed MCUboot image starts here. */
  readonly image: Image | undefined;
  readonly trailer: Trailer;
}

/** `good` or `set`: as MCUboot writes it; `unset`: erased; `bad`: anything else, e.g. torn. */
export interface Trailer {
  readonly magic: "good" | "unset" | "bad";
  readonly imageOk: FlagState;
  readonly copyDone: FlagState;
  readonly swapType: "none" | "test" | "permanent" | "revert" | "unset" | "bad";
}

export type FlagState = "set" | "unset" | "bad";

/** MCUboot, docs/design.md, "Image trailer": offsets from the slot's end at BOOT_MAX_ALIGN 8. */
const MAGIC_FROM_END = 16;
const IMAGE_OK_FROM_END = 24;
const COPY_DONE_FROM_END = 32;
const SWAP_INFO_FROM_END = 40;
const MAGIC = Buffer.from("77c295f360d2ef7f3552500f2cb67980", "hex");
const swapTypes = Object.freeze([undefined, "none", "test", "permanent", "revert"] as const);

export function readSlot(slot: Uint8Array): SlotContents {
  return { image: readImage(slot), trailer: readTrailer(slot) };
}

export function readTrailer(slot: Uint8Array): Trailer {
  const end = slot.byteLength;
  const magic = slot.subarray(end - MAGIC_FROM_END);
  return {
    magic: MAGIC.equals(magic) ? "good" : magic.every((byte) => byte === 0xff) ? "unset" : "bad",
    imageOk: flag(slot[end - IMAGE_OK_FROM_END]),
    copyDone: flag(slot[end - COPY_DONE_FROM_END]),
    swapType: swapType(slot[end - SWAP_INFO_FROM_END]),
  };
}

/**
 * Whether the image of the primary slot stays after the next reset: a factory image has no magic,
 * one that came by a swap has `image_ok` set once it is confirmed.
 */
export function isConfirmed({ trailer }: SlotContents): boolean {
  return trailer.magic !== "good" || trailer.imageOk === "set";
}

function flag(byte: number | undefined): FlagState {
  if (byte === 0xff) return "unset";
  return byte === 0x01 ? "set" : "bad";
}

/** The low half of swap_info; the high half is the image's number, 0 here. */
function swapType(byte: number | undefined): Trailer["swapType"] {
  if (byte === 0xff) return "unset";
  return swapTypes[byte ?? 0] ?? "bad";
}
