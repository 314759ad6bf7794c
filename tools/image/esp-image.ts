import { createHash } from "node:crypto";
import { parseVersion } from "../../firmware/version-number.ts";

// ESP-IDF 5: esp_app_format.h, esp_app_desc.h, and esptool's bin_image.py, which makes them.
const MAGIC = 0xe9;
const HEADER_BYTES = 24;
const SEGMENT_HEADER_BYTES = 8;
const SEGMENTS_MAX = 16;
const CHECKSUM_START = 0xef;
const CHECKSUM_ALIGN = 16;
const DIGEST_BYTES = 32;
const DESCRIPTOR_MAGIC = 0xabcd5432;
const DESCRIPTOR_BYTES = 256;
const DESCRIPTOR = HEADER_BYTES + SEGMENT_HEADER_BYTES;
/** Flash is mapped by pages of 64 KB: address and offset are the same modulo that. */
const DROM = 0x3f400000;
const IROM = 0x400d0000;

export interface EspImageParts {
  readonly body: Uint8Array;
  /** `1.2.3` or `1.2.3+4`; what the descriptor has, up to 31 characters. */
  readonly version: string;
  /** The descriptor's secure_version; 0 if left out. */
  readonly securityCounter?: number;
  /** False leaves the SHA-256 out, as `CONFIG_APP_NO_BLOBS` builds of old did; it is there if left out. */
  readonly hasDigest?: boolean;
}

/** An application image as ESP-IDF makes it: descriptor in the first segment, body in the second. */
export function makeEspImage(parts: EspImageParts): Uint8Array {
  const { body, hasDigest = true } = parts;
  const padded = Buffer.alloc(Math.ceil(body.byteLength / 4) * 4);
  padded.set(body);
  const segments = [
    { address: DROM, data: descriptorOf(parts) },
    { address: IROM, data: padded },
  ];
  const chunks = [headerOf(segments.length, hasDigest)];
  let at = HEADER_BYTES;
  let checksum = CHECKSUM_START;
  for (const { address, data } of segments) {
    at += SEGMENT_HEADER_BYTES;
    const head = Buffer.alloc(SEGMENT_HEADER_BYTES);
    head.writeUInt32LE(address + (at % 0x10000), 0);
    head.writeUInt32LE(data.byteLength, 4);
    chunks.push(head, data);
    at += data.byteLength;
    for (const byte of data) checksum ^= byte;
  }
  const tail = Buffer.alloc(CHECKSUM_ALIGN - (at % CHECKSUM_ALIGN));
  tail.writeUInt8(checksum, tail.byteLength - 1);
  const hashed = Buffer.concat([...chunks, tail]);
  const digest = hasDigest ? createHash("sha256").update(hashed).digest() : Buffer.alloc(0);
  return new Uint8Array(Buffer.concat([hashed, digest]));
}

function headerOf(segmentCount: number, hasDigest: boolean): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(MAGIC, 0);
  header.writeUInt8(segmentCount, 1);
  header.writeUInt32LE(IROM, 4);
  header.writeUInt16LE(0xffff, 17);
  header.writeUInt8(hasDigest ? 1 : 0, 23);
  return header;
}

function descriptorOf({ version, securityCounter = 0 }: EspImageParts): Buffer {
  if (parseVersion(version) === undefined) throw new RangeError(`not a version: ${version}`);
  const descriptor = Buffer.alloc(DESCRIPTOR_BYTES);
  descriptor.writeUInt32LE(DESCRIPTOR_MAGIC, 0);
  descriptor.writeUInt32LE(securityCounter, 4);
  descriptor.write(version, 16, "latin1");
  descriptor.write("tracker-fota", 48, "latin1");
  return descriptor;
}

export interface EspImage {
  readonly version: string;
  readonly securityCounter: number;
  readonly body: Uint8Array;
  /** Up to the end of its SHA-256. */
  readonly byteLength: number;
  /** Hex digits, as the image states it. */
  readonly digest: string;
  /** Checksum and SHA-256 are right. */
  readonly isSound: boolean;
}

/**
 * Reads the image at the start of `bytes` (a file, or a whole slot). Shares nothing with
 * firmware/verify/esp-image.ts or hw-test/board/esp_image.c, whose oracle it is.
 * @returns undefined if no well-formed ESP-IDF image with descriptor and SHA-256 starts there
 */
export function readEspImage(bytes: Uint8Array): EspImage | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < DESCRIPTOR + DESCRIPTOR_BYTES || file[0] !== MAGIC || file[23] !== 1) {
    return undefined;
  }
  const segments = segmentsOf(file, file.readUInt8(1));
  if (segments === undefined || file.readUInt32LE(DESCRIPTOR) !== DESCRIPTOR_MAGIC) {
    return undefined;
  }
  const dataEnd = segments.reduce((_, { end }) => end, HEADER_BYTES);
  const hashedEnd = dataEnd + CHECKSUM_ALIGN - (dataEnd % CHECKSUM_ALIGN);
  const byteLength = hashedEnd + DIGEST_BYTES;
  if (byteLength > file.length) return undefined;
  const digest = file.subarray(hashedEnd, byteLength);
  const [text = ""] = file.toString("latin1", DESCRIPTOR + 16, DESCRIPTOR + 48).split("\0");
  const body = segments[1];
  if (body === undefined || parseVersion(text) === undefined) return undefined;
  const data = Buffer.concat(segments.map(({ start, end }) => file.subarray(start, end)));
  const checksum = data.reduce((sum, byte) => sum ^ byte, CHECKSUM_START);
  const computed = createHash("sha256").update(file.subarray(0, hashedEnd)).digest();
  return {
    version: text,
    securityCounter: file.readUInt32LE(DESCRIPTOR + 4),
    body: new Uint8Array(file.subarray(body.start, body.end)),
    byteLength,
    digest: digest.toString("hex"),
    isSound: computed.equals(digest) && file.readUInt8(hashedEnd - 1) === checksum,
  };
}

interface Segment {
  readonly start: number;
  readonly end: number;
}

function segmentsOf(file: Buffer, count: number): Segment[] | undefined {
  if (count < 1 || count > SEGMENTS_MAX) return undefined;
  const segments: Segment[] = [];
  let at = HEADER_BYTES;
  for (let index = 0; index < count; index++) {
    const start = at + SEGMENT_HEADER_BYTES;
    if (start > file.length) return undefined;
    const length = file.readUInt32LE(at + 4);
    at = start + length;
    if (length % 4 !== 0 || at > file.length) return undefined;
    segments.push({ start, end: at });
  }
  const [first] = segments;
  return first !== undefined && first.end - first.start >= DESCRIPTOR_BYTES ? segments : undefined;
}
