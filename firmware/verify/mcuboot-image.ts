import type { Flash } from "../ports/flash.ts";
import type { NoImage, SlotImage } from "../ports/image.ts";
import { headerFault, readHeader } from "./header.ts";
import { ImageTlvs } from "./image-tlvs.ts";
import { PROTECTED_TLV_INFO_MAGIC, readTlvArea, TLV_INFO_MAGIC, type TlvArea } from "./tlv.ts";

/** The digests cover header, body and protected TLVs; the counter is the SEC_CNT TLV. */
export interface McubootImage extends SlotImage {
  /** The area that the digests do not cover. */
  readonly tlvs: TlvArea;
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
  return { version, hashedBytes, end: tlvs.end, digests, securityCounter, tlvs };
}

function broken(fault: string): NoImage {
  return { fault, absent: false };
}
