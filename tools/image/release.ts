import { createHash } from "node:crypto";
import type { SigningKey } from "./sign.ts";

export interface Release {
  /** All bytes from the lowest to the highest address, gaps 0xFF. */
  readonly image: Uint8Array;
  readonly version: string;
  /** The hardware id; left out for trackers that have none. */
  readonly hardware?: string | undefined;
  /** 0 if left out. */
  readonly securityCounter?: number | undefined;
  /** Seconds since 1970; never if left out. */
  readonly expires?: number | undefined;
}

/** The fields of a job document that say what a release is, and their signature if there is a key. */
export function releaseFields(release: Release, key?: SigningKey): Record<string, unknown> {
  const { image, version, hardware, securityCounter = 0, expires = 0 } = release;
  const sha256 = createHash("sha256").update(image).digest();
  const imageSize = image.byteLength;
  const signature = key?.signRelease({
    hardware: hardware ?? "",
    version,
    securityCounter,
    imageSize,
    sha256,
    expires,
  });
  return {
    imageSize,
    sha256: sha256.toString("hex"),
    ...(hardware !== undefined && { hardware }),
    ...(securityCounter > 0 && { securityCounter }),
    ...(expires > 0 && { expires }),
    ...(signature !== undefined && { signature }),
  };
}
