import { assert } from "../assert.ts";
import { config } from "../config.ts";
import type { FlashGeometry } from "../ports/flash.ts";

/** Addresses at which the slots start in the HEX file's address space, 0 to 2^32 - 1. */
export interface AddressMap {
  readonly primary: number;
  readonly secondary: number;
}

export interface SlotLayout {
  /** Offset in bytes of the first page that MCUboot's trailer reaches into; the slot's end without one. */
  readonly trailerOffset: number;
  /**
   * Bytes an image, header and TLVs included, may have: one page less than a whole slot has before its
   * trailer, which swap-using-move shifts the image by and swap-using-offset keeps before it.
   */
  readonly imageMaxBytes: number;
}

/** MCUboot's default BOOT_MAX_IMG_SECTORS: swap status entries for so many, or for all there are. */
const SECTORS_MIN = 128;
/** Status entries a sector has in the trailer (BOOT_STATUS_STATE_COUNT). */
const STATES = 3;
const MAGIC_BYTES = 16;

/**
 * Where the trailer of a slot starts (MCUboot, docs/design.md, "Image trailer", and
 * `boot_trailer_sz` in bootutil/src/bootutil_misc.c). Asserts a geometry the client can use.
 */
export function slotLayout(geometry: FlashGeometry): SlotLayout {
  checkGeometry(geometry);
  const { byteLength } = geometry;
  if (geometry.hasTrailer === false)
    return { trailerOffset: byteLength, imageMaxBytes: byteLength };
  const alignment = Math.max(geometry.writeAlign, 8);
  const leadBytes = geometry.leadBytes ?? 0;
  const slotBytes = byteLength + leadBytes;
  const sectors = Math.max(SECTORS_MIN, slotBytes / geometry.blockLength);
  const trailerBytes =
    sectors * geometry.writeAlign * STATES +
    4 * alignment +
    Math.ceil(MAGIC_BYTES / alignment) * alignment;
  const trailerPages = Math.ceil(trailerBytes / geometry.blockLength);
  const trailerOffset = byteLength - trailerPages * geometry.blockLength;
  // Of the slot's pages one stays free: the first, where the part begins behind it.
  const imageMaxBytes = trailerOffset - Math.max(0, geometry.blockLength - leadBytes);
  assert(imageMaxBytes > 0, "a slot must hold more than its trailer");
  return { trailerOffset, imageMaxBytes };
}

function checkGeometry(geometry: FlashGeometry): void {
  const page = geometry.blockLength;
  const align = geometry.writeAlign;
  const pages = (geometry.byteLength + (geometry.leadBytes ?? 0)) / page;
  assert(page <= config.pageMaxBytes && page % 256 === 0, "a page must fit its buffers");
  assert(pages === Math.floor(pages), "a slot must be whole pages");
  assert(pages <= config.slotMaxPages, "a slot must fit the page bitmap");
  assert(
    align >= 1 && align <= 32 && (align & (align - 1)) === 0,
    "a write block is 1 to 32 bytes",
  );
  const erased = geometry.eraseValue;
  assert(erased === 0xff || erased === 0x00, "erased bytes must read 0xFF or 0x00");
}
