/** MCUboot, bootutil/image.h: IMAGE_TLV_INFO_MAGIC, IMAGE_TLV_PROT_INFO_MAGIC. */
export const TLV_INFO_MAGIC = 0x6907;
export const PROTECTED_TLV_INFO_MAGIC = 0x6908;
export const TLV_KEYHASH = 0x01;
export const TLV_ECDSA_SIG = 0x22;
export const TLV_SIG_PURE = 0x25;
export const TLV_SEC_CNT = 0x50;

const PAIR_BYTES = 4;

export type HashName = "sha256" | "sha384" | "sha512";
/** IMAGE_TLV_SHA256, _SHA384, _SHA512. */
export const hashTypes: Readonly<Record<HashName, number>> = Object.freeze({
  sha256: 0x10,
  sha384: 0x11,
  sha512: 0x12,
});
export const hashNames: readonly HashName[] = Object.freeze(["sha256", "sha384", "sha512"]);

/** What may stand outside the protected area: `allowed_unprot_tlvs` in image_validate.c. */
const unprotectedTypes: ReadonlySet<number> = new Set([
  ...[TLV_KEYHASH, 0x02],
  ...Object.values(hashTypes),
  ...[0x20, 0x21, TLV_ECDSA_SIG, 0x23, 0x24],
  ...[0x30, 0x31, 0x32, 0x33, 0x34],
]);

export function isUnprotectedType(type: number): boolean {
  return unprotectedTypes.has(type);
}

/** Offsets in bytes from the image's start. */
export interface ImageExtent {
  readonly headerBytes: number;
  readonly bodyEnd: number;
  /** Behind the protected TLVs: what lies before is what the digest covers. */
  readonly hashedEnd: number;
  /** Behind the last TLV area, by its own word. */
  readonly end: number;
}

/** As boot_read_image_size (bootutil_misc.c) has it: areas by magic and total, entries unread. */
export function imageExtent(bytes: Uint8Array): ImageExtent | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint16(8, true);
  const protectedBytes = view.getUint16(10, true);
  const bodyEnd = headerBytes + view.getUint32(12, true);
  const hashedEnd = bodyEnd + protectedBytes;
  if (protectedBytes > 0) {
    const total = areaBytes(view, bodyEnd, PROTECTED_TLV_INFO_MAGIC);
    if (total !== protectedBytes || total < PAIR_BYTES) return undefined;
  }
  const total = areaBytes(view, hashedEnd, TLV_INFO_MAGIC);
  return total === undefined
    ? undefined
    : { headerBytes, bodyEnd, hashedEnd, end: hashedEnd + total };
}

function areaBytes(view: DataView, offset: number, magic: number): number | undefined {
  if (offset + PAIR_BYTES > view.byteLength || view.getUint16(offset, true) !== magic) {
    return undefined;
  }
  return view.getUint16(offset + 2, true);
}

export interface Tlv {
  readonly type: number;
  readonly value: Uint8Array;
}

/**
 * Both areas' entries, walked as bootutil_img_validate does it (tlv.c of 2.4).
 * @returns undefined if an entry overruns the end, bytes are left over, or one that has to be
 *   protected is not
 */
export function walkTlvs(bytes: Uint8Array, extent: ImageExtent): Tlv[] | undefined {
  const { bodyEnd, hashedEnd, end } = extent;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Tlv[] = [];
  let offset = bodyEnd + PAIR_BYTES;
  while (offset < end) {
    if (hashedEnd > bodyEnd && offset === hashedEnd) {
      offset += PAIR_BYTES;
      continue;
    }
    const start = offset + PAIR_BYTES;
    if (start > end) return undefined;
    const type = view.getUint16(offset, true);
    offset = start + view.getUint16(offset + 2, true);
    if (offset > end) return undefined;
    if (start >= hashedEnd && !isUnprotectedType(type)) return undefined;
    found.push({ type, value: bytes.subarray(start, offset) });
  }
  return found;
}
