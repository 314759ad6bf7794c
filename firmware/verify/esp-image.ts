import type { Flash } from "../ports/flash.ts";
import type { ImageFormat, NoImage, SlotImage, VersionNumber } from "../ports/image.ts";
import { parseVersion } from "../version-number.ts";

// ESP-IDF 5, esp_app_format.h (header, segments) and esp_app_desc.h; all numbers little-endian.
const MAGIC = 0xe9;
const HEADER_BYTES = 24;
const SEGMENTS_MAX = 16;
const SEGMENT_HEADER_BYTES = 8;
/** In the header: whether a SHA-256 stands behind the checksum. */
const HASH_APPENDED = 23;
/** The checksum is the last byte of a block of so many. */
const CHECKSUM_ALIGN = 16;
const DIGEST_BYTES = 32;

/** The descriptor is what the first segment begins with. */
const DESCRIPTOR = HEADER_BYTES + SEGMENT_HEADER_BYTES;
const DESCRIPTOR_BYTES = 256;
const DESCRIPTOR_MAGIC = 0xabcd5432;
const SECURE_VERSION = 4;
const VERSION = 16;
const VERSION_BYTES = 32;

/**
 * What ESP-IDF's bootloader starts: header, segments, checksum, SHA-256 of all that. The checksum, the
 * chip and the load addresses are checked by `esp_ota_set_boot_partition`, in C, before the reset.
 */
export const espFormat: ImageFormat = Object.freeze({
  readImage,
  readVersion,
  // Secure boot's is the bootloader's own affair: RSA or ECDSA over another digest.
  readSignature: () => undefined,
});

function readImage(flash: Flash, end: number): SlotImage | NoImage {
  const header = read(flash, 0, HEADER_BYTES);
  if (header.getUint8(0) !== MAGIC) return { fault: "no ESP-IDF image header", absent: true };
  if (header.getUint8(HASH_APPENDED) !== 1) return broken("no appended SHA-256");
  const hashedBytes = hashedLength(flash, end, header.getUint8(1));
  if (typeof hashedBytes === "string") return broken(hashedBytes);
  const descriptor = readDescriptor(flash);
  if (descriptor === undefined) return broken("no application descriptor");
  const version = versionIn(descriptor);
  if (version === undefined) return broken("version: not major.minor.revision[+build]");
  const digest = new Uint8Array(DIGEST_BYTES);
  flash.read(digest, hashedBytes);
  return {
    version,
    hashedBytes,
    end: hashedBytes + DIGEST_BYTES,
    digests: [digest],
    // 0 is what a project without anti-rollback has.
    securityCounter: descriptor.getUint32(SECURE_VERSION, true) || undefined,
  };
}

/** Header, segments and checksum; or what is wrong with them. */
function hashedLength(flash: Flash, end: number, segments: number): number | string {
  if (segments === 0 || segments > SEGMENTS_MAX) return `${segments} segments`;
  let at = HEADER_BYTES;
  for (let index = 0; index < segments; index++) {
    if (at + SEGMENT_HEADER_BYTES > end) return `segment ${index} is not there`;
    const length = read(flash, at, SEGMENT_HEADER_BYTES).getUint32(4, true);
    if (length % 4 !== 0) return `segment ${index} of ${length} bytes`;
    if (index === 0 && length < DESCRIPTOR_BYTES) return "no application descriptor";
    at += SEGMENT_HEADER_BYTES + length;
  }
  const hashed = at + CHECKSUM_ALIGN - (at % CHECKSUM_ALIGN);
  if (hashed + DIGEST_BYTES <= end) return hashed;
  return `image of ${hashed + DIGEST_BYTES} bytes, ${end} are there`;
}

function readVersion(flash: Flash): VersionNumber | undefined {
  if (read(flash, 0, 1).getUint8(0) !== MAGIC) return undefined;
  const descriptor = readDescriptor(flash);
  return descriptor === undefined ? undefined : versionIn(descriptor);
}

/** Its numbers and its version; undefined where none stands. */
function readDescriptor(flash: Flash): DataView | undefined {
  const descriptor = read(flash, DESCRIPTOR, VERSION + VERSION_BYTES);
  return descriptor.getUint32(0, true) === DESCRIPTOR_MAGIC ? descriptor : undefined;
}

/** Text that ends with a NUL; one of 32 characters would be no version of ours. */
function versionIn(descriptor: DataView): VersionNumber | undefined {
  let text = "";
  for (let at = 0; at < VERSION_BYTES; at++) {
    const character = descriptor.getUint8(VERSION + at);
    if (character === 0) return parseVersion(text);
    text += String.fromCharCode(character);
  }
  return undefined;
}

function read(flash: Flash, offset: number, byteLength: number): DataView {
  const bytes = new Uint8Array(byteLength);
  flash.read(bytes, offset);
  return new DataView(bytes.buffer);
}

function broken(fault: string): NoImage {
  return { fault, absent: false };
}
