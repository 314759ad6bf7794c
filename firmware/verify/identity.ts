import type { Flash } from "../ports/flash.ts";
import { type VersionNumber, versionText } from "../version-number.ts";
import { readHeader } from "./header.ts";
import { identityBytes, readImage } from "./mcuboot-image.ts";

const DIGITS = "0123456789abcdef";

/**
 * Which image is in a slot: the digest of its TLV, which is not recomputed, as 64 hex digits (of a
 * longer one than SHA-256 the start); "" if there is no well-formed MCUboot image.
 */
export function imageIdentity(flash: Flash): string {
  const image = readImage(flash, flash.geometry.byteLength);
  return "digests" in image ? hexText(identityBytes(image)) : "";
}

/** The version in the header of the image in a slot; undefined if there is no MCUboot header. */
export function imageVersion(flash: Flash): VersionNumber | undefined {
  const header = readHeader(flash);
  return header === undefined ? undefined : header.version;
}

/** The same of the primary slot, as text: `1.2.3`, or `1.2.3+4`. */
export function runningVersion(primary: Flash): string | undefined {
  const version = imageVersion(primary);
  return version === undefined ? undefined : versionText(version);
}

/** Two lower-case digits a byte. */
export function hexText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
  return text;
}
