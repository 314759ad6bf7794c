import type { Flash } from "../ports/flash.ts";
import type { VersionNumber } from "../ports/image.ts";

/** `image_header` of MCUboot, bootutil/image.h; all fields little-endian. */
export interface ImageHeader {
  /** Offset in bytes of the body: header and its padding. */
  readonly headerBytes: number;
  /** Offset in bytes of the protected TLV area, or of the TLV area if there is none. */
  readonly bodyEnd: number;
  /** Offset in bytes of the TLV area: what lies before is what the image's digest covers. */
  readonly hashedEnd: number;
  readonly version: VersionNumber;
  /** MCUboot's flags that no bootloader of this client's can start, in words; "" for none. */
  readonly unfit: string;
}

const IMAGE_MAGIC = 0x96f3b83d;
const HEADER_BYTES = 32;

/** Flags of bootutil/image.h that ask for what this client's image check and slots do not do. */
const unfitFlags: readonly (readonly [flag: number, words: string])[] = Object.freeze([
  Object.freeze([0x04, "encrypted (AES-128)"] as const),
  Object.freeze([0x08, "encrypted (AES-256)"] as const),
  Object.freeze([0x10, "marked as not bootable"] as const),
  Object.freeze([0x20, "to be loaded into RAM"] as const),
  Object.freeze([0x200, "compressed (LZMA1)"] as const),
  Object.freeze([0x400, "compressed (LZMA2)"] as const),
  Object.freeze([0x800, "compressed (ARM thumb filter)"] as const),
]);

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
    unfit: unfitWords(view.getUint32(16, true)),
  };
}

function unfitWords(flags: number): string {
  for (const [flag, words] of unfitFlags) if ((flags & flag) !== 0) return words;
  return "";
}

/** Why the header is unfit for an image that ends at or before `end`, or undefined. */
export function headerFault(header: ImageHeader, end: number): string | undefined {
  if (header.headerBytes < HEADER_BYTES) return `header of ${header.headerBytes} bytes`;
  if (header.bodyEnd === header.headerBytes) return "no body";
  if (header.hashedEnd > end) return `image of ${header.hashedEnd} bytes, ${end} are there`;
  return header.unfit === "" ? undefined : header.unfit;
}
