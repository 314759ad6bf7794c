import { createHash } from "node:crypto";
import { parseVersion, versionText } from "../../firmware/version-number.ts";

/** MCUboot, bootutil/image.h: IMAGE_MAGIC, IMAGE_TLV_INFO_MAGIC, the types of TLV entries. */
const IMAGE_MAGIC = 0x96f3b83d;
const TLV_INFO_MAGIC = 0x6907;
const PROTECTED_TLV_INFO_MAGIC = 0x6908;
const TLV_KEYHASH = 0x01;
const TLV_SHA256 = 0x10;
const TLV_ECDSA_SIG = 0x22;
const TLV_SEC_CNT = 0x50;
const HEADER_MIN_BYTES = 32;

/** What a signer says of an image's digest, for MCUboot. */
export interface ImageSignature {
  /** SHA-256 of the public key as DER SPKI. */
  readonly keyHash: Uint8Array;
  /** ECDSA P-256 in DER, over the digest. */
  readonly ecdsa: Uint8Array;
}

export interface ImageParts {
  readonly body: Uint8Array;
  /** `1.2.3` or `1.2.3+4`. */
  readonly version: string;
  /** Header with its 0xFF padding, 32 (default) to 65535 bytes, a multiple of 4. */
  readonly headerBytes?: number;
  /** MCUboot's rollback protection, 0 to 2^32 - 1; no such entry if left out. */
  readonly securityCounter?: number;
  /** Signs header, body and protected entries; unsigned if left out. */
  readonly sign?: (hashed: Uint8Array) => ImageSignature;
}

/** An MCUboot image as imgtool makes it: header, body, protected TLVs, TLVs. */
export function makeImage(parts: ImageParts): Uint8Array {
  const protectedTlvs = makeProtectedTlvs(parts);
  const header = makeHeader(parts, protectedTlvs.byteLength);
  const hashed = Buffer.concat([header, parts.body, protectedTlvs]);
  const digest = createHash("sha256").update(hashed).digest();
  const entries = [tlv(TLV_SHA256, digest)];
  const signature = parts.sign?.(hashed);
  if (signature !== undefined) {
    entries.push(tlv(TLV_KEYHASH, signature.keyHash), tlv(TLV_ECDSA_SIG, signature.ecdsa));
  }
  return new Uint8Array(Buffer.concat([hashed, tlvArea(TLV_INFO_MAGIC, entries)]));
}

function makeProtectedTlvs({ securityCounter }: ImageParts): Buffer {
  if (securityCounter === undefined) return Buffer.alloc(0);
  const value = Buffer.alloc(4);
  value.writeUInt32LE(securityCounter);
  return tlvArea(PROTECTED_TLV_INFO_MAGIC, [tlv(TLV_SEC_CNT, value)]);
}

function tlvArea(magic: number, entries: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), ...entries]);
  bytes.writeUInt16LE(magic, 0);
  bytes.writeUInt16LE(bytes.byteLength, 2);
  return bytes;
}

function tlv(type: number, value: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(value.byteLength, 2);
  return Buffer.concat([head, value]);
}

function makeHeader(parts: ImageParts, protectedBytes: number): Buffer {
  const { body, version, headerBytes = HEADER_MIN_BYTES } = parts;
  const number = parseVersion(version);
  if (number === undefined) throw new RangeError(`not an MCUboot version: ${version}`);
  if (headerBytes < HEADER_MIN_BYTES || headerBytes > 0xffff || headerBytes % 4 !== 0) {
    throw new RangeError(`not a header size: ${headerBytes}`);
  }
  const header = Buffer.alloc(headerBytes, 0xff).fill(0, 0, HEADER_MIN_BYTES);
  header.writeUInt32LE(IMAGE_MAGIC, 0);
  header.writeUInt16LE(headerBytes, 8);
  header.writeUInt16LE(protectedBytes, 10);
  header.writeUInt32LE(body.byteLength, 12);
  header.writeUInt8(number.major, 20);
  header.writeUInt8(number.minor, 21);
  header.writeUInt16LE(number.revision, 22);
  header.writeUInt32LE(number.build, 24);
  return header;
}

export interface Image {
  readonly version: string;
  readonly headerBytes: number;
  readonly flags: number;
  readonly body: Uint8Array;
  /** Header, body and TLV areas. */
  readonly byteLength: number;
  /** The SHA-256 TLV is there and is the digest of header, body and protected TLVs. */
  readonly digestOk: boolean;
}

/**
 * Reads the image at the start of `bytes` (a file, or a whole slot).
 * @returns undefined if no well-formed MCUboot image starts there
 */
export function readImage(bytes: Uint8Array): Image | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < HEADER_MIN_BYTES || view.getUint32(0, true) !== IMAGE_MAGIC) {
    return undefined;
  }
  const headerBytes = view.getUint16(8, true);
  const protectedBytes = view.getUint16(10, true);
  const bodyEnd = headerBytes + view.getUint32(12, true);
  const hashedEnd = bodyEnd + protectedBytes;
  if (headerBytes < HEADER_MIN_BYTES) return undefined;
  if (protectedBytes > 0 && !isTlvArea(view, bodyEnd, PROTECTED_TLV_INFO_MAGIC)) return undefined;
  if (!isTlvArea(view, hashedEnd, TLV_INFO_MAGIC)) return undefined;
  const stored = findTlv(view, hashedEnd, TLV_SHA256);
  const digest = createHash("sha256").update(bytes.subarray(0, hashedEnd)).digest();
  return {
    version: versionText({
      major: view.getUint8(20),
      minor: view.getUint8(21),
      revision: view.getUint16(22, true),
      build: view.getUint32(24, true),
    }),
    headerBytes,
    flags: view.getUint32(16, true),
    body: bytes.slice(headerBytes, bodyEnd),
    byteLength: hashedEnd + view.getUint16(hashedEnd + 2, true),
    digestOk: stored !== undefined && digest.equals(stored),
  };
}

function isTlvArea(view: DataView, offset: number, magic: number): boolean {
  if (offset + 4 > view.byteLength || view.getUint16(offset, true) !== magic) return false;
  const length = view.getUint16(offset + 2, true);
  return length >= 4 && offset + length <= view.byteLength;
}

function findTlv(view: DataView, areaOffset: number, type: number): Uint8Array | undefined {
  const end = areaOffset + view.getUint16(areaOffset + 2, true);
  let offset = areaOffset + 4;
  while (offset + 4 <= end) {
    const start = offset + 4;
    const length = view.getUint16(offset + 2, true);
    if (start + length > end) return undefined;
    if (view.getUint16(offset, true) === type) {
      return new Uint8Array(view.buffer, view.byteOffset + start, length);
    }
    offset = start + length;
  }
  return undefined;
}
