import type { Flash } from "../ports/flash.ts";
import type { ImageFormat } from "../ports/image.ts";
import { readHeader } from "./header.ts";
import { readImage } from "./mcuboot-image.ts";
import { ownSignature } from "./own-signature.ts";

/** What MCUboot starts: header, body, TLVs (its docs/design.md, "Image format"). */
export const mcubootFormat: ImageFormat = Object.freeze({
  readImage,
  readVersion: (flash: Flash) => readHeader(flash)?.version,
  readSignature: ownSignature,
});
