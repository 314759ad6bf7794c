import { createHash } from "node:crypto";
import { parseVersion, versionText } from "../../firmware/version-number.ts";
import {
  type HashName,
  hashNames,
  hashTypes,
  type ImageExtent,
  imageExtent,
  PROTECTED_TLV_INFO_MAGIC,
  TLV_ECDSA_SIG,
  TLV_INFO_MAGIC,
  TLV_KEYHASH,
  TLV_SEC_CNT,
  TLV_SIG_PURE,
  walkTlvs,
} from "./tlvs.ts";

/** MCUboot, bootutil/image.h: IMAGE_MAGIC. */
export const IMAGE_MAGIC = 0x96f3b83d;
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
  /** `imgtool sign --sha`: which digest it carries; SHA-256 if left out. `none`: `--pure`. */
  readonly hash?: HashName | "none";
  /** IMAGE_F_… in the header, 0 if left out; the body is what the caller makes it. */
  readonly flags?: number;
  /** Signs header, body and protected entries; unsigned if left out. */
  readonly sign?: (hashed: Uint8Array) => ImageSignature;
}

/** An MCUboot image as imgtool makes it: header, body, protected TLVs, TLVs. */
export function makeImage(parts: ImageParts): Uint8Array {
  const protectedTlvs = makeProtectedTlvs(parts);
  const header = makeHeader(parts, protectedTlvs.byteLength);
  const hashed = Buffer.concat([header, parts.body, protectedTlvs]);
  const entries = [digestTlv(parts.hash ?? "sha256", hashed)];
  const signature = parts.sign?.(hashed);
  if (signature !== undefined) {
    entries.push(tlv(TLV_KEYHASH, signature.keyHash), tlv(TLV_ECDSA_SIG, signature.ecdsa));
  }
  return new Uint8Array(Buffer.concat([hashed, tlvArea(TLV_INFO_MAGIC, entries)]));
}

function digestTlv(hash: HashName | "none", hashed: Uint8Array): Buffer {
  if (hash === "none") return tlv(TLV_SIG_PURE, Uint8Array.of(1));
  return tlv(hashTypes[hash], createHash(hash).update(hashed).digest());
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
  header.writeUInt32LE(parts.flags ?? 0, 16);
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
  /**
   * The TLV areas are sound to their end, and every digest in them (SHA-256, SHA-384, SHA-512; one
   * at least) is that of header, body and protected TLVs.
   */
  readonly digestOk: boolean;
}

/** Whether an image's magic stands at `offset`. */
export function hasImageMagic(bytes: Uint8Array, offset = 0): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (
    offset + HEADER_MIN_BYTES <= bytes.byteLength && view.getUint32(offset, true) === IMAGE_MAGIC
  );
}

/**
 * Reads the image at the start of `bytes` (a file, or a whole slot).
 * @returns undefined if no well-formed MCUboot image starts there
 */
export function readImage(bytes: Uint8Array): Image | undefined {
  if (!hasImageMagic(bytes)) return undefined;
  const extent = imageExtent(bytes);
  if (extent === undefined || extent.end > bytes.byteLength) return undefined;
  const { headerBytes, bodyEnd, end } = extent;
  if (headerBytes < HEADER_MIN_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
    byteLength: end,
    digestOk: areDigestsRight(bytes, extent),
  };
}

/**
 * What the tracker knows an image by, and MCUboot's tools call its hash: the digest in its TLVs as hex
 * digits, of a longer one than SHA-256 the first 64.
 * @returns undefined if no well-formed MCUboot image with a digest starts there
 */
export function imageHash(bytes: Uint8Array): string | undefined {
  const extent = hasImageMagic(bytes) ? imageExtent(bytes) : undefined;
  const entries = extent === undefined ? undefined : walkTlvs(bytes, extent);
  const types = hashNames.map((name) => hashTypes[name]);
  const entry = entries?.find(({ type }) => types.includes(type));
  return entry && Buffer.from(entry.value).toString("hex").slice(0, 64);
}

function areDigestsRight(bytes: Uint8Array, extent: ImageExtent): boolean {
  const entries = walkTlvs(bytes, extent);
  if (entries === undefined) return false;
  let count = 0;
  for (const { type, value } of entries) {
    const hash = hashNames.find((name) => hashTypes[name] === type);
    if (hash === undefined) continue;
    const digest = createHash(hash).update(bytes.subarray(0, extent.hashedEnd)).digest();
    if (!digest.equals(value)) return false;
    count += 1;
  }
  return count > 0;
}
