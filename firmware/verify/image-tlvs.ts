import type { Flash } from "../ports/flash.ts";
import type { StatedDigest } from "../ports/image.ts";
import { isSameBytes } from "./same-bytes.ts";
import {
  TLV_SEC_CNT,
  TLV_SHA256,
  TLV_SHA384,
  TLV_SHA512,
  TLV_SIG_PURE,
  type TlvArea,
  walkTlvs,
} from "./tlv.ts";

/** Those of bootutil/image.h that may stand outside the protected area (image_validate.c). */
function mayBeUnprotected(type: number): boolean {
  const isKey = type === 0x01 || type === 0x02;
  const isDigest = type >= TLV_SHA256 && type <= TLV_SHA512;
  const isSignature = type >= 0x20 && type <= TLV_SIG_PURE;
  const isEncryptionKey = type >= 0x30 && type <= 0x34;
  return isKey || isDigest || isSignature || isEncryptionKey;
}

/** The length of the digest in a TLV of this type, 0 for a TLV that is none. */
function digestBytes(type: number): number {
  if (type === TLV_SHA256) return 32;
  if (type === TLV_SHA384) return 48;
  return type === TLV_SHA512 ? 64 : 0;
}

/**
 * What both TLV areas of an image say, read to their ends. Every digest counts, as it does to
 * MCUboot, which is built for one kind of them and asks for each of that kind to be right.
 */
export class ImageTlvs {
  /** One of each kind, shortest first. */
  readonly digests: StatedDigest[] = [];
  /** The SEC_CNT TLV, which counts only where the digest covers it; undefined without one. */
  securityCounter: number | undefined;
  private readonly flash: Flash;
  private isPure = false;

  constructor(flash: Flash) {
    this.flash = flash;
  }

  /** @returns what is wrong, in words, or undefined */
  readProtected(area: TlvArea): string | undefined {
    return walkTlvs(this.flash, area, (type, offset, length) => {
      if (type === TLV_SEC_CNT && length === 4 && this.securityCounter === undefined) {
        const value = this.valueAt(offset, length);
        this.securityCounter = new DataView(value.buffer).getUint32(0, true);
      }
      return this.takeDigest(type, offset, length);
    });
  }

  /** The same of the area that the digests do not cover. */
  readUnprotected(area: TlvArea): string | undefined {
    return walkTlvs(this.flash, area, (type, offset, length) => {
      if (!mayBeUnprotected(type)) return `TLV 0x${type.toString(16)} is not protected`;
      if (type === TLV_SIG_PURE) this.isPure = true;
      return this.takeDigest(type, offset, length);
    });
  }

  /** What is wrong once both areas are read. */
  fault(): string | undefined {
    if (this.digests.length > 0) return undefined;
    return this.isPure ? "signed without a digest (imgtool --pure)" : "no SHA TLV";
  }

  private takeDigest(type: number, offset: number, length: number): string | undefined {
    const expected = digestBytes(type);
    if (expected === 0) return undefined;
    if (length !== expected) return `SHA TLV of ${length} bytes`;
    const value = this.valueAt(offset, length);
    let at = 0;
    for (const known of this.digests) {
      if (known.byteLength === length) {
        return isSameBytes(known, value) ? undefined : "two SHA TLVs that differ";
      }
      if (known.byteLength < length) at += 1;
    }
    this.digests.splice(at, 0, value);
    return undefined;
  }

  private valueAt(offset: number, length: number): Uint8Array {
    const value = new Uint8Array(length);
    this.flash.read(value, offset);
    return value;
  }
}
