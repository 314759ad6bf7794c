import type { NewSha256 } from "../ports/digest.ts";
import type { Flash } from "../ports/flash.ts";
import type { OwnSignature } from "../ports/image.ts";
import { readImage } from "./mcuboot-image.ts";
import { readTlv, TLV_ECDSA_SIG, TLV_KEYHASH } from "./tlv.ts";

/** Of the image in a slot; undefined for one without an ECDSA signature over SHA-256 and its key. */
export function ownSignature(flash: Flash, signatureMaxBytes: number): OwnSignature | undefined {
  const image = readImage(flash, flash.geometry.byteLength);
  const digest = "digests" in image ? image.digests[0] : undefined;
  if (!("digests" in image) || digest === undefined || digest.byteLength !== 32) return undefined;
  const keyHash = readTlv(flash, image.tlvs, { type: TLV_KEYHASH, minBytes: 32, maxBytes: 32 });
  const bounds = { type: TLV_ECDSA_SIG, minBytes: 1, maxBytes: signatureMaxBytes };
  const signature = readTlv(flash, image.tlvs, bounds);
  if (keyHash === undefined || signature === undefined) return undefined;
  return { keyHash, signature, digest };
}

/** What stands before a point of P-256 in its SubjectPublicKeyInfo (RFC 5480, section 2). */
const spkiHead: readonly number[] = Object.freeze([
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
  0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
]);

/** MCUboot's name for a key: SHA-256 of its SPKI. @param key 65 bytes, an uncompressed point */
export function keyHashOf(key: Uint8Array, newSha256: NewSha256): Uint8Array {
  const digest = newSha256();
  digest.update(new Uint8Array(spkiHead));
  digest.update(key);
  return digest.finish();
}
