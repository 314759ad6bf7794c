import type { Flash } from "../ports/flash.ts";

/** MCUboot, bootutil/image.h: IMAGE_TLV_INFO_MAGIC, IMAGE_TLV_PROT_INFO_MAGIC. */
export const TLV_INFO_MAGIC = 0x6907;
export const PROTECTED_TLV_INFO_MAGIC = 0x6908;
/** IMAGE_TLV_KEYHASH: SHA-256 of the public key as DER SPKI. */
export const TLV_KEYHASH = 0x01;
/** IMAGE_TLV_SHA256, _SHA384, _SHA512: digests of header, body and protected TLVs. */
export const TLV_SHA256 = 0x10;
export const TLV_SHA384 = 0x11;
export const TLV_SHA512 = 0x12;
/** IMAGE_TLV_ECDSA_SIG: DER, over that digest. */
export const TLV_ECDSA_SIG = 0x22;
/** IMAGE_TLV_SIG_PURE: the signature is over the image and not over a digest of it. */
export const TLV_SIG_PURE = 0x25;
/** IMAGE_TLV_SEC_CNT: the security counter, u32. */
export const TLV_SEC_CNT = 0x50;

/** Two u16, little-endian: magic and total length of an area, or type and length of an entry. */
const PAIR_BYTES = 4;

export interface TlvArea {
  /** Offset in bytes of the area's info pair. */
  readonly start: number;
  /** Offset in bytes behind its last entry. */
  readonly end: number;
}

export interface TlvBounds {
  readonly type: number;
  readonly minBytes: number;
  readonly maxBytes: number;
}

/**
 * The TLV area at `start`.
 * @returns undefined if there is none that ends by `end`
 */
export function readTlvArea(flash: Flash, place: TlvArea, magic: number): TlvArea | undefined {
  if (place.start + PAIR_BYTES > place.end) return undefined;
  const pair = readPair(flash, place.start);
  const end = place.start + (pair >>> 16);
  if ((pair & 0xffff) !== magic || end < place.start + PAIR_BYTES || end > place.end) {
    return undefined;
  }
  return { start: place.start, end };
}

/** Takes an entry, its value at `offset`; says what is wrong with it, or undefined. */
export type TlvTaker = (type: number, offset: number, length: number) => string | undefined;

/**
 * Hands on all entries of the area, which they have to fill to its last byte, as MCUboot asks for.
 * @returns the first thing that is wrong, in words
 */
export function walkTlvs(flash: Flash, area: TlvArea, take: TlvTaker): string | undefined {
  let offset = area.start + PAIR_BYTES;
  while (offset < area.end) {
    if (offset + PAIR_BYTES > area.end) return "bytes left over behind the TLVs";
    const pair = readPair(flash, offset);
    const type = pair & 0xffff;
    const length = pair >>> 16;
    offset += PAIR_BYTES;
    if (offset + length > area.end) return `TLV 0x${type.toString(16)} overruns its area`;
    const fault = take(type, offset, length);
    if (fault !== undefined) return fault;
    offset += length;
  }
  return undefined;
}

/**
 * The value of the area's first entry of `type`.
 * @returns undefined if there is none of `minBytes` to `maxBytes`, or an entry overruns the area
 */
export function readTlv(flash: Flash, area: TlvArea, entry: TlvBounds): Uint8Array | undefined {
  let offset = area.start + PAIR_BYTES;
  while (offset + PAIR_BYTES <= area.end) {
    const pair = readPair(flash, offset);
    const length = pair >>> 16;
    offset += PAIR_BYTES;
    if (offset + length > area.end) return undefined;
    if ((pair & 0xffff) === entry.type) {
      if (length < entry.minBytes || length > entry.maxBytes) return undefined;
      const value = new Uint8Array(length);
      flash.read(value, offset);
      return value;
    }
    offset += length;
  }
  return undefined;
}

/** The first u16 in the low half, the second in the high one. */
function readPair(flash: Flash, offset: number): number {
  const bytes = new Uint8Array(PAIR_BYTES);
  flash.read(bytes, offset);
  return new DataView(bytes.buffer).getUint32(0, true);
}
