import { toHex } from "../../../tools/image/hex.ts";
import { type ImageSignature, makeImage, readImage } from "../../../tools/image/mcuboot.ts";
import { slotAddresses } from "../../desk/device.ts";
import type { Firmware } from "../../desk/images.ts";
import { deskKey } from "../../desk/signing.ts";

/** The same firmware with the signature for the bootloader, made over header and body. */
export function signedFirmware(
  firmware: Firmware,
  sign: (hashed: Uint8Array) => ImageSignature,
): Firmware {
  const { version } = firmware;
  const body = readImage(firmware.image)?.body ?? new Uint8Array();
  const image = makeImage({ body, version, sign });
  const hex = Buffer.from(toHex(image, { address: slotAddresses.primary }), "latin1");
  return { ...firmware, image, hex };
}

/** In the name of the desk's key, over another image. */
export function brokenSignature(hashed: Uint8Array): ImageSignature {
  return deskKey.key.signImage(hashed.slice(1));
}
