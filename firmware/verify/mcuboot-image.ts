import type { Flash } from "../ports/flash.ts";
import type { VersionNumber } from "../version-number.ts";
import { headerFault, readHeader } from "./header.ts";
import {
  PROTECTED_TLV_INFO_MAGIC,
  readTlv,
  readTlvArea,
  TLV_INFO_MAGIC,
  TLV_SEC_CNT,
  TLV_SHA256,
  type TlvArea,
} from "./tlv.ts";

/** A well-formed MCUboot image at the start of a slot; its digest is read and not yet compared. */
export interface McubootImage {
  readonly version: VersionNumber;
  /** Bytes that the digest covers, from the slot's start: header, body, protected TLVs. */
  readonly hashedBytes: number;
  /** 32 bytes, the SHA-256 TLV. */
  readonly digest: Uint8Array;
  /** The SEC_CNT TLV, which counts only where the digest covers it; undefined without one. */
  readonly securityCounter: number | undefined;
  /** The area that the digest does not cover. */
  readonly tlvs: TlvArea;
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
  let securityCounter: number | undefined;
  if (header.hashedEnd > header.bodyEnd) {
    const place = { start: header.bodyEnd, end: header.hashedEnd };
    const area = readTlvArea(flash, place, PROTECTED_TLV_INFO_MAGIC);
    if (area === undefined || area.end !== header.hashedEnd) {
      return { fault: "protected TLV area", absent: false };
    }
    securityCounter = readCounter(flash, area);
  }
  const tlvs = readTlvArea(flash, { start: header.hashedEnd, end }, TLV_INFO_MAGIC);
  if (tlvs === undefined) return { fault: "TLV area", absent: false };
  const digest = readTlv(flash, tlvs, { type: TLV_SHA256, minBytes: 32, maxBytes: 32 });
  if (digest === undefined) return { fault: "no SHA-256 TLV", absent: false };
  const { version, hashedEnd: hashedBytes } = header;
  return { version, hashedBytes, digest, securityCounter, tlvs };
}

function readCounter(flash: Flash, area: TlvArea): number | undefined {
  const value = readTlv(flash, area, { type: TLV_SEC_CNT, minBytes: 4, maxBytes: 4 });
  if (value === undefined) return undefined;
  return new DataView(value.buffer).getUint32(0, true);
}
