import type { Flash } from "./flash.ts";

/**
 * A version in MCUboot's terms ("image_version" of bootutil/image.h): `1.2.3` or `1.2.3+4`.
 * Ranges: major and minor 0 to 255, revision 0 to 65535, build 0 to 2^32 - 1 (0 when not given).
 */
export interface VersionNumber {
  readonly major: number;
  readonly minor: number;
  readonly revision: number;
  readonly build: number;
}

/** What an image says that it hashes to; which hash, its length tells: 32, 48 or 64 bytes. */
export type StatedDigest = Uint8Array;

/** A well-formed image at the start of a slot; its digests are read and not yet compared. */
export interface SlotImage {
  readonly version: VersionNumber;
  /** Bytes that the digests cover, from the slot's start. */
  readonly hashedBytes: number;
  /** Offset in bytes behind the image. */
  readonly end: number;
  /** At least one, of different kinds, shortest first. */
  readonly digests: readonly StatedDigest[];
  /** Which counts only where the digest covers it; undefined without one. */
  readonly securityCounter: number | undefined;
}

/** What was found instead, in words; `absent` when nothing there claims to be an image. */
export interface NoImage {
  readonly fault: string;
  readonly absent: boolean;
}

/** What an image carries for its bootloader: whose key, and its signature over the image's digest. */
export interface OwnSignature {
  /** SHA-256 of the key as DER SPKI, 32 bytes. */
  readonly keyHash: Uint8Array;
  /** ECDSA in DER. */
  readonly signature: Uint8Array;
  /** SHA-256. */
  readonly digest: Uint8Array;
}

/** How images lie in the slots: what the board's bootloader starts, and nothing else. */
export interface ImageFormat {
  /** The image at the start of `flash`, which must end by offset `end` (bytes). Throws FLASH_READ. */
  readImage(flash: Flash, end: number): SlotImage | NoImage;
  /** The version alone, bounds unchecked; undefined where no such image starts. Throws FLASH_READ. */
  readVersion(flash: Flash): VersionNumber | undefined;
  /**
   * Of the image in a slot; undefined for one without an ECDSA signature over SHA-256 and its key.
   * Throws FLASH_READ.
   */
  readSignature(flash: Flash, signatureMaxBytes: number): OwnSignature | undefined;
}
