import type { Flash } from "../ports/flash.ts";
import type { VersionNumber } from "../version-number.ts";
import { headerFault, readHeader } from "./header.ts";
import { ImageTlvs, type StatedDigest } from "./image-tlvs.ts";
import { PROTECTED_TLV_INFO_MAGIC, readTlvArea, TLV_INFO_MAGIC, type TlvArea } from "./tlv.ts";

/** A well-formed MCUboot image at the start of a slot; its digests are read and not yet compared. */
export interface McubootImage {
  readonly version: VersionNumber;
  /** Bytes that the digests cover, from the slot's start: header, body, protected TLVs. */
  readonly hashedBytes: number;
  /** At least one, of different kinds, shortest first: the SHA-256, SHA-384 and SHA-512 TLVs. */
  readonly digests: readonly StatedDigest[];
  /** The SEC_CNT TLV, which counts only where the digest covers it; undefined without one. */
  readonly securityCounter: number | undefined;
  /** The area that the digests do not cover. */
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
  if (fault !== undefined) return broken(fault);
  const said = new ImageTlvs(flash);
  if (header.hashedEnd > header.bodyEnd) {
    const place = { start: header.bodyEnd, end: header.hashedEnd };
    const area = readTlvArea(flash, place, PROTECTED_TLV_INFO_MAGIC);
    if (area === undefined || area.end !== header.hashedEnd) return broken("protected TLV area");
    const problem = said.readProtected(area);
    if (problem !== undefined) return broken(problem);
  }
  const tlvs = readTlvArea(flash, { start: header.hashedEnd, end }, TLV_INFO_MAGIC);
  if (tlvs === undefined) return broken("TLV area");
  const problem = said.readUnprotected(tlvs) ?? said.fault();
  if (problem !== undefined) return broken(problem);
  const { version, hashedEnd: hashedBytes } = header;
  const { digests, securityCounter } = said;
  return { version, hashedBytes, digests, securityCounter, tlvs };
}

function broken(fault: string): NoImage {
  return { fault, absent: false };
}

/** Bytes of a digest that tell one image from another. */
const IDENTITY_BYTES = 32;

/** Which image it is: the start of its shortest digest, which is all of a SHA-256. */
export function identityBytes(image: McubootImage): Uint8Array {
  return (image.digests[0] as StatedDigest).subarray(0, IDENTITY_BYTES);
}
