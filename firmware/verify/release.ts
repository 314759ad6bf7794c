import { encodeUtf8Into, utf8Length } from "../utf8.ts";

/**
 * A release as its maker signed it (docs/job-document.md, "The release statement"). All that decides
 * whether a tracker may run an image is in it, so that a good signature cannot be used for other
 * hardware, another version, or long after.
 */
export interface ReleaseStatement {
  /** The hardware id; "" for a release that names none. */
  readonly hardware: string;
  /** As in the job's `fwversion`. */
  readonly version: string;
  /** 0 to 2^32 - 1; a tracker takes none below the highest that it ever confirmed. */
  readonly securityCounter: number;
  /** Bytes from the image's lowest to its highest address, 1 to 2^32 - 1. */
  readonly imageSize: number;
  /** SHA-256 over the same, 32 bytes. */
  readonly sha256: Uint8Array;
  /** Seconds since 1970 after which it is no longer to be installed; 0 for never. */
  readonly expires: number;
}

/** What no other signature of the same key may begin with. */
const DOMAIN = "tracker-fota release 1\n";
const LENGTH_BYTES = 2;
const NUMBER_BYTES = 4;
const DIGEST_BYTES = 32;

/**
 * The bytes that are signed: the domain, then hardware and version, each behind its length in bytes
 * (16 bits), then counter, size, digest and expiry; numbers have 32 bits, all of them big-endian.
 * Costs at most 93 bytes and the two texts.
 */
export function releaseBytes(release: ReleaseStatement): Uint8Array {
  const { hardware, version } = release;
  const texts = DOMAIN.length + utf8Length(hardware) + utf8Length(version);
  const bytes = new Uint8Array(texts + 2 * LENGTH_BYTES + 3 * NUMBER_BYTES + DIGEST_BYTES);
  let at = encodeUtf8Into(DOMAIN, bytes, 0);
  at = putText(bytes, at, hardware);
  at = putText(bytes, at, version);
  at = putNumber(bytes, at, release.securityCounter);
  at = putNumber(bytes, at, release.imageSize);
  bytes.set(release.sha256, at);
  putNumber(bytes, at + DIGEST_BYTES, release.expires);
  return bytes;
}

function putText(bytes: Uint8Array, at: number, text: string): number {
  const end = encodeUtf8Into(text, bytes, at + LENGTH_BYTES);
  const byteLength = end - at - LENGTH_BYTES;
  bytes[at] = byteLength >> 8;
  bytes[at + 1] = byteLength;
  return end;
}

function putNumber(bytes: Uint8Array, at: number, value: number): number {
  for (let index = 0; index < NUMBER_BYTES; index++) {
    bytes[at + index] = value >>> (24 - 8 * index);
  }
  return at + NUMBER_BYTES;
}
