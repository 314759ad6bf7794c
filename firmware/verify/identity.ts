import type { Flash } from "../ports/flash.ts";
import type { ImageFormat, SlotImage, StatedDigest, VersionNumber } from "../ports/image.ts";
import { versionText } from "../version-number.ts";

const DIGITS = "0123456789abcdef";

/** Bytes of a digest that tell one image from another. */
const IDENTITY_BYTES = 32;

/**
 * Which image is in a slot: the digest that it states, which is not recomputed, as 64 hex digits (of a
 * longer one than SHA-256 the start); "" if there is no well-formed image of this format.
 */
export function imageIdentity(flash: Flash, format: ImageFormat): string {
  const image = format.readImage(flash, flash.geometry.byteLength);
  return "digests" in image ? hexText(identityBytes(image)) : "";
}

/** Which image it is: the start of its shortest digest, which is all of a SHA-256. */
export function identityBytes(image: SlotImage): Uint8Array {
  return (image.digests[0] as StatedDigest).subarray(0, IDENTITY_BYTES);
}

/** A slot, and how the images in it lie. */
export interface RunningSlot {
  readonly primary: Flash;
  readonly format: ImageFormat;
}

/** The version of the image that runs; undefined if its header cannot be made out. */
export function runningVersionNumber({ primary, format }: RunningSlot): VersionNumber | undefined {
  return format.readVersion(primary);
}

/** The same as text: `1.2.3`, or `1.2.3+4`. */
export function runningVersion(slot: RunningSlot): string | undefined {
  const version = runningVersionNumber(slot);
  return version === undefined ? undefined : versionText(version);
}

/** Two lower-case digits a byte. */
export function hexText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
  return text;
}
