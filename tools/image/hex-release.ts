import { developmentKey } from "../keys/development.mjs";
import { fromHex } from "./hex.ts";
import { PAGE_BYTES, partitions } from "./memory-map.ts";
import { type Release, releaseFields } from "./release.ts";
import { SigningKey } from "./sign.ts";

/** A slot less its trailer's page, and one more for the bootloader's move (docs/porting.md). */
const IMAGE_MAX_BYTES = partitions["image-1"].byteLength - 2 * PAGE_BYTES;

/**
 * The release fields of a HEX file, signed with the development key. A file that no tool can read is
 * signed all the same, as if its text were the image: it is the tracker that has to refuse it.
 */
export function releaseFieldsOf(
  hex: string,
  about: Omit<Release, "image">,
  key = new SigningKey(developmentKey()),
): Record<string, unknown> {
  const image = fromHex(hex, IMAGE_MAX_BYTES)?.bytes ?? Buffer.from(hex.slice(0, 1000), "latin1");
  return releaseFields({ image, ...about }, key);
}

/** The document with a signature over what its own fields say of the release. */
export function signedDocument(
  document: Readonly<Record<string, unknown>>,
  key = new SigningKey(developmentKey()),
): Record<string, unknown> {
  const { hardware, fwversion, securityCounter, imageSize, sha256, expires } = document;
  const signature = key.signRelease({
    hardware: typeof hardware === "string" ? hardware : "",
    version: String(fwversion),
    securityCounter: Number(securityCounter ?? 0),
    imageSize: Number(imageSize),
    sha256: Buffer.from(String(sha256).padEnd(64, "0").slice(0, 64), "hex"),
    expires: Number(expires ?? 0),
  });
  return { ...document, signature };
}
