import type { Flash } from "../ports/flash.ts";
import type { VersionNumber } from "../version-number.ts";

/** `image_header` of MCUboot, bootutil/image.h; all fields little-endian. */
export interface ImageHeader {
  /** Offset in bytes of the body: header and its padding. */
  readonly headerBytes: number;
  /** Offset in bytes of the protected TLV area, or of the TLV area if there is none. */
  readonly bodyEnd: number;
  /** Offset in bytes of the TLV area: what lies before is what the image's digest covers. */
  readonly hashedEnd: number;
  readonly version: VersionNumber;
  readonly isBootable: boolean;
}

const IMAGE_MAGIC = 0x96f3b83d;
const HEADER_BYTES = 32;
/** IMAGE_F_NON_BOOTABLE. */
const NON_BOOTABLE = 0x10;

/**
 * The header at the start of a slot, as it stands there: bounds are the caller's to check.
 * @returns undefined without MCUboot's magic
 */
export function readHeader(flash: Flash): ImageHeader | undefined {
  const bytes = new Uint8Array(HEADER_BYTES);
  flash.read(bytes, 0);
  const view = new DataView(bytes.buffer);
  if (view.getUint32(0, true) !== IMAGE_MAGIC) return undefined;
  const headerBytes = view.getUint16(8, true);
  const bodyEnd = headerBytes + view.getUint32(12, true);
  return {
    headerBytes,
    bodyEnd,
    hashedEnd: bodyEnd + view.getUint16(10, true),
    version: {
      major: bytes[20] as number,
      minor: bytes[21] as number,
      revision: view.getUint16(22, true),
      build: view.getUint32(24, true),
    },
    isBootable: (view.getUint32(16, true) & NON_BOOTABLE) === 0,
  };
}

/** Why the header is unfit for an image that ends at or before `end`, or undefined. */
export function headerFault(header: ImageHeader, end: number): string | undefined {
  if (header.headerBytes < HEADER_BYTES) return `header of ${header.headerBytes} bytes`;
  if (header.bodyEnd === header.headerBytes) return "no body";
  if (header.hashedEnd > end) return `image of ${header.hashedEnd} bytes, ${end} are there`;
  return header.isBootable ? undefined : "marked as not bootable";
}
