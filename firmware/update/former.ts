import { attempt } from "../failure.ts";
import { decodeHex } from "../job/encodings.ts";
import type { Flash } from "../ports/flash.ts";
import type { Platform } from "../ports/platform.ts";
import { hexText, identityBytes } from "../verify/identity.ts";
import { ImageDigests } from "../verify/image-digests.ts";
import { identityIn } from "./evidence.ts";

const KEY = "former";
const FORMAT = 1;
const COUNTER_BYTES = 4;
const DIGEST_BYTES = 32;
const CHUNK_BYTES = 256;

/** The image that ran before this one, and the lowest security counter that it may have. */
export interface Former {
  /** As `imageIdentity` tells it. */
  readonly identity: string;
  readonly counter: number;
}

/**
 * Notes which image the swap has moved to the secondary slot: rollback goes to that one alone.
 * Costs one key of 37 bytes, written once an update.
 * @param counter the security counter's floor before this image raised it
 */
export function keepFormer(platform: Platform, counter: number): void {
  const { store, secondary, log } = platform;
  const digest = decodeHex(identityIn(secondary, platform), DIGEST_BYTES);
  attempt(
    () => {
      if (digest === undefined) {
        store.remove(KEY);
        return;
      }
      const value = new Uint8Array(1 + COUNTER_BYTES + DIGEST_BYTES);
      value[0] = FORMAT;
      new DataView(value.buffer).setUint32(1, counter);
      value.set(digest, 1 + COUNTER_BYTES);
      store.write(KEY, value);
    },
    ({ code, detail }) => log(`former image: ${code}: ${detail}`),
  );
}

export function formerImage({ store }: Platform): Former | undefined {
  const value = store.read(KEY);
  const byteLength = 1 + COUNTER_BYTES + DIGEST_BYTES;
  if (value === undefined || value[0] !== FORMAT || value.byteLength !== byteLength) {
    return undefined;
  }
  const counter = new DataView(value.buffer, value.byteOffset).getUint32(1);
  return { identity: hexText(value.subarray(1 + COUNTER_BYTES)), counter };
}

/** The running image's security counter, by its own word; 0 where it has none. */
export function runningCounter({ primary, format, log }: Platform): number {
  let counter = 0;
  attempt(
    () => {
      const image = format.readImage(primary, primary.geometry.byteLength);
      if ("digests" in image) counter = image.securityCounter ?? 0;
    },
    ({ code, detail }) => log(`security counter: ${code}: ${detail}`),
  );
  return counter;
}

/** Whether the image in a slot is the one of this identity, byte for byte: reads all of it. */
export function isIntact(flash: Flash, identity: string, platform: Platform): boolean {
  const image = platform.format.readImage(flash, flash.geometry.byteLength);
  if (!("digests" in image) || hexText(identityBytes(image)) !== identity) return false;
  const digests = new ImageDigests(image, platform.newSha256);
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let at = 0; at < image.hashedBytes; at += CHUNK_BYTES) {
    const piece = chunk.subarray(0, Math.min(CHUNK_BYTES, image.hashedBytes - at));
    flash.read(piece, at);
    digests.update(piece);
  }
  return digests.wrong() === undefined;
}
