/**
 * MCUboot's image trailer for any write block (docs/design.md, "Image trailer"; boot_img_magic in
 * bootutil_public.c), for all that stands on the rig's side of it: slot-contents.ts and the desk.
 * Shares nothing with firmware/swap/trailer.ts or hw-test/board/trailer.c, whose oracle it is.
 */
export interface TrailerGeometry {
  readonly writeAlign: number;
  readonly eraseValue: number;
}

/** With what decides how many steps a swap may take. */
export interface SlotGeometry extends TrailerGeometry {
  readonly byteLength: number;
  readonly blockLength: number;
}

/** `good` or `set`: as MCUboot writes it; `unset`: erased; `bad`: anything else, e.g. torn. */
export type FlagState = "set" | "unset" | "bad";

export interface TrailerFields {
  readonly magic: "good" | "unset" | "bad";
  readonly imageOk: FlagState;
  readonly copyDone: FlagState;
  /** The byte as it is: the image's number in the high half, below it an index of `swapTypes`. */
  readonly swapInfo: number;
  readonly swapSize: number;
}

export type TrailerField = "imageOk" | "copyDone" | "swapInfo" | "swapSize";
export type SwapType = "none" | "test" | "permanent" | "revert";

export const swapTypes: readonly (SwapType | undefined)[] = Object.freeze([
  undefined,
  "none",
  "test",
  "permanent",
  "revert",
]);

export const MAGIC_BYTES = 16;
/** BOOT_MAX_IMG_SECTORS, its default: a slot of more sectors needs as many as it has. */
const MAX_SECTORS = 128;
/** Status entries for a sector: moved up, then swapped in two halves. */
const STATES = 3;

const magic8 = "77c295f360d2ef7f3552500f2cb67980";
/** After the alignment as a 16-bit number. */
const magicTail = "2de15d29410b8d77679c110f1f8a";
const fieldOrder: readonly TrailerField[] = ["imageOk", "copyDone", "swapInfo", "swapSize"];

/** BOOT_MAX_ALIGN: what each field is padded to. */
export function fieldAlignment({ writeAlign }: TrailerGeometry): number {
  return Math.max(writeAlign, 8);
}

/** BOOT_MAX_IMG_SECTORS of the bootloader that this slot is for. */
export function maxSectors({ byteLength, blockLength }: SlotGeometry): number {
  return Math.max(MAX_SECTORS, byteLength / blockLength);
}

/** Steps that a swap has room to mark. */
export function statusEntries(geometry: SlotGeometry): number {
  return STATES * maxSectors(geometry);
}

/** The last 16 bytes of a slot that has a trailer. */
export function goodMagic(geometry: TrailerGeometry): Buffer {
  const alignment = fieldAlignment(geometry);
  if (alignment === 8) return Buffer.from(magic8, "hex");
  const size = Buffer.alloc(2);
  size.writeUInt16LE(alignment);
  return Buffer.concat([size, Buffer.from(magicTail, "hex")]);
}

/** Where a field starts, in bytes back from the slot's end. */
export function fromEnd(field: TrailerField, geometry: TrailerGeometry): number {
  const alignment = fieldAlignment(geometry);
  const magicBytes = Math.ceil(MAGIC_BYTES / alignment) * alignment;
  return magicBytes + (fieldOrder.indexOf(field) + 1) * alignment;
}

/** All of it, the status of the swap's steps included. */
export function trailerBytes(geometry: SlotGeometry): number {
  return fromEnd("swapSize", geometry) + statusEntries(geometry) * geometry.writeAlign;
}

/** Reads the fields at the end of `bytes`: a whole slot, or what it ends with from swapSize on. */
export function readFields(bytes: Uint8Array, geometry: TrailerGeometry): TrailerFields {
  const { eraseValue } = geometry;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (field: TrailerField) => view.byteLength - fromEnd(field, geometry);
  const magic = view.subarray(-MAGIC_BYTES);
  const isErased = magic.every((byte) => byte === eraseValue);
  return {
    magic: magic.equals(goodMagic(geometry)) ? "good" : isErased ? "unset" : "bad",
    imageOk: flagState(view.readUInt8(at("imageOk")), eraseValue),
    copyDone: flagState(view.readUInt8(at("copyDone")), eraseValue),
    swapInfo: view.readUInt8(at("swapInfo")),
    swapSize: view.readUInt32LE(at("swapSize")),
  };
}

function flagState(byte: number, eraseValue: number): FlagState {
  if (byte === eraseValue) return "unset";
  return byte === 0x01 ? "set" : "bad";
}
