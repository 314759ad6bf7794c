import type { Flash } from "../ports/flash.ts";
import type { VersionNumber } from "../version-number.ts";
import { headerFault, readHeader } from "./header.ts";
import {
  PROTECTED_TLV_INFO_MAGIC,
  readTlv,
  readTlvArea,
  TLV_INFO_MAGIC,
  TLV_SHA256,
} from "./tlv.ts";

/** A well-formed MCUboot image at the start of a slot; its digest is read and not yet compared. */
export interface McubootImage {
  readonly version: VersionNumber;
  /** Bytes that the digest covers, from the slot's start: header, body, protected TLVs. */
  readonly hashedBytes: number;
  /** 32 bytes, the SHA-256 TLV. */
  readonly digest: Uint8Array;
}

/** What was found instead, in words; `absent` when nothing there claims to be an image. */
export interface NoImage {
  readonly fault: string;
  readonly absent: boolean;
}

/** The MCUboot image at the start of `flash`, which must end by offset `end` (bytes). */
export function readImage(flash: Flash, end: number): McubootImage | NoImage {
  const header = readHeader(flash);
  if (header === undefined) return { fault: "no MCUboot header", absent: true };
  const fault = headerFault(header, end);
  if (fault !== undefined) return { fault, absent: false };
  if (header.hashedEnd > header.bodyEnd) {
    const place = { start: header.bodyEnd, end: header.hashedEnd };
    const area = readTlvArea(flash, place, PROTECTED_TLV_INFO_MAGIC);
    if (area === undefined || area.end !== header.hashedEnd) {
      return { fault: "protected TLV area", absent: false };
    }
  }
  const area = readTlvArea(flash, { start: header.hashedEnd, end }, TLV_INFO_MAGIC);
  if (area === undefined) return { fault: "TLV area", absent: false };
  const digest = readTlv(flash, area, { type: TLV_SHA256, byteCount: 32 });
  if (digest === undefined) return { fault: "no SHA-256 TLV", absent: false };
  return { version: header.version, hashedBytes: header.hashedEnd, digest };
}
