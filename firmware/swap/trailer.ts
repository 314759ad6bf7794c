/*
 * The firmware's own reader and writer of MCUboot's image trailer. The rig judges it by others that
 * share nothing with it, so that one mistake cannot hide: tools/image/trailer.ts (the desk and the
 * summaries of runs) and hw-test/board/trailer.c (the virtual tracker's bootloader).
 */
import type { Flash, FlashGeometry } from "../ports/flash.ts";

/** Where the trailer's fields start, in bytes back from the slot's end. */
export interface TrailerFields {
  readonly imageOk: number;
  readonly copyDone: number;
  readonly swapInfo: number;
  /** Where a write of the magic starts: 16 bytes, or one write block of 32. */
  readonly magicWrite: number;
  /** The slot's last 16 bytes, if this trailer is one. */
  readonly magic: readonly number[];
}

// MCUboot docs/design.md, "Image trailer", and boot_img_magic in bootutil/src/bootutil_public.c.
const fields8: TrailerFields = Object.freeze({
  imageOk: 24,
  copyDone: 32,
  swapInfo: 40,
  magicWrite: 16,
  magic: Object.freeze([
    0x77, 0xc2, 0x95, 0xf3, 0x60, 0xd2, 0xef, 0x7f, 0x35, 0x52, 0x50, 0x0f, 0x2c, 0xb6, 0x79, 0x80,
  ]),
});
const fields16: TrailerFields = Object.freeze({
  imageOk: 32,
  copyDone: 48,
  swapInfo: 64,
  magicWrite: 16,
  magic: Object.freeze([
    0x10, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a,
  ]),
});
const fields32: TrailerFields = Object.freeze({
  imageOk: 64,
  copyDone: 96,
  swapInfo: 128,
  magicWrite: 32,
  magic: Object.freeze([
    0x20, 0x00, 0x2d, 0xe1, 0x5d, 0x29, 0x41, 0x0b, 0x8d, 0x77, 0x67, 0x9c, 0x11, 0x0f, 0x1f, 0x8a,
  ]),
});

/** The trailer of a slot with this write block: BOOT_MAX_ALIGN is 8 at least. */
export function trailerFields(geometry: FlashGeometry): TrailerFields {
  if (geometry.writeAlign > 16) return fields32;
  return geometry.writeAlign > 8 ? fields16 : fields8;
}

export const MAGIC_BYTES = 16;

/** A flag is set by 01; what is neither that nor erased is `bad`, and MCUboot acts on neither. */
export const FLAG_SET = 0x01;
/** swap_info is `image number << 4 | type`; ours is image 0. */
export const SWAP_TYPE_TEST = 0x02;

/** `bad` is what a torn write leaves. */
export type FieldState = "unset" | "set" | "bad";

export interface Trailer {
  readonly magic: FieldState;
  readonly imageOk: FieldState;
  readonly copyDone: FieldState;
  /** The byte as it is; an erased one reads as the erased value. */
  readonly swapInfo: number;
}

export function readTrailer(flash: Flash): Trailer {
  const fields = trailerFields(flash.geometry);
  return {
    magic: readMagic(flash, fields),
    imageOk: readFlag(flash, fields.imageOk),
    copyDone: readFlag(flash, fields.copyDone),
    swapInfo: readByte(flash, fields.swapInfo),
  };
}

function readMagic(flash: Flash, fields: TrailerFields): FieldState {
  const found = new Uint8Array(MAGIC_BYTES);
  flash.read(found, flash.geometry.byteLength - MAGIC_BYTES);
  let equal = 0;
  let erased = 0;
  for (let index = 0; index < MAGIC_BYTES; index++) {
    if (found[index] === fields.magic[index]) equal += 1;
    if (found[index] === flash.geometry.eraseValue) erased += 1;
  }
  if (equal === MAGIC_BYTES) return "set";
  return erased === MAGIC_BYTES ? "unset" : "bad";
}

function readFlag(flash: Flash, fromEnd: number): FieldState {
  const value = readByte(flash, fromEnd);
  if (value === flash.geometry.eraseValue) return "unset";
  return value === FLAG_SET ? "set" : "bad";
}

function readByte(flash: Flash, fromEnd: number): number {
  const found = new Uint8Array(1);
  flash.read(found, flash.geometry.byteLength - fromEnd);
  return found[0] as number;
}

/** Programs a field of one byte, padded with the erased value to a write block. */
export function writeByte(flash: Flash, fromEnd: number, value: number): void {
  const block = new Uint8Array(flash.geometry.writeAlign).fill(flash.geometry.eraseValue);
  block[0] = value;
  flash.write(block, flash.geometry.byteLength - fromEnd);
}

export function writeMagic(flash: Flash): void {
  const fields = trailerFields(flash.geometry);
  const block = new Uint8Array(fields.magicWrite).fill(flash.geometry.eraseValue);
  block.set(fields.magic, fields.magicWrite - MAGIC_BYTES);
  flash.write(block, flash.geometry.byteLength - fields.magicWrite);
}
