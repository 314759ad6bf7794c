import { Failure } from "../failure.ts";

/** "TFP" and the version of the format: docs/patch-format.md. */
const MAGIC = 0x31504654;
/** Magic, size of the new image, size of the old one, chunk length. */
const FIXED_BYTES = 14;
const SHA256_BYTES = 32;
/** Longest head: with the digest of an old image. */
export const HEADER_MAX_BYTES = FIXED_BYTES + SHA256_BYTES;
/** The most that a chunk may inflate to: what a cut costs again, and what a lie may cost. */
export const CHUNK_MAX_BYTES = 16384;

/** Sizes in bytes, each within its bound. */
export interface PatchHeader {
  readonly newBytes: number;
  /** Of the image that it starts from; 0 for a packed whole image. */
  readonly oldBytes: number;
  readonly chunkBytes: number;
}

/** What the sizes in a head may be, in bytes. */
export interface HeaderBounds {
  readonly imageMaxBytes: number;
  readonly primaryBytes: number;
}

/** How long the head is that starts with `bytes[0..length)`: more than `length` until it is whole. */
export function headerBytes(bytes: Uint8Array, length: number): number {
  if (length < FIXED_BYTES) return FIXED_BYTES;
  return viewOf(bytes).getUint32(8, true) === 0 ? FIXED_BYTES : HEADER_MAX_BYTES;
}

/** Throws PATCH_FORMAT, PATCH_RANGE, PATCH_BASE. */
export function readPatchHeader(bytes: Uint8Array, bounds: HeaderBounds): PatchHeader {
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== MAGIC) throw new Failure("PATCH_FORMAT", "no patch of version 1");
  const header = {
    newBytes: view.getUint32(4, true),
    oldBytes: view.getUint32(8, true),
    chunkBytes: view.getUint16(12, true),
  };
  checkSizes(header, bounds);
  return header;
}

/** Throws PATCH_FORMAT, PATCH_RANGE, PATCH_BASE. */
export function checkSizes(header: PatchHeader, bounds: HeaderBounds): void {
  const { newBytes, oldBytes, chunkBytes } = header;
  if (chunkBytes === 0 || chunkBytes > CHUNK_MAX_BYTES) {
    throw new Failure("PATCH_FORMAT", `chunks of ${chunkBytes} bytes, not 1 to ${CHUNK_MAX_BYTES}`);
  }
  if (newBytes === 0 || newBytes > bounds.imageMaxBytes) {
    const said = `an image of ${newBytes} bytes, not 1 to ${bounds.imageMaxBytes}`;
    throw new Failure("PATCH_RANGE", said);
  }
  if (oldBytes > bounds.primaryBytes) {
    throw new Failure("PATCH_BASE", `starts from ${oldBytes} bytes, more than the slot has`);
  }
}

/** SHA-256 of the old image, in a whole head that has one. */
export function baseDigest(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(FIXED_BYTES, HEADER_MAX_BYTES);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
