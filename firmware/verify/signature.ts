import nacl from "tweetnacl";
import type { SignatureVerifier } from "./signature-verifier.ts";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Order of the base point, little-endian: 2^252 + 27742317777372353535851937790883648493. */
const order: readonly number[] = Object.freeze([
  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
]);

/**
 * Ed25519 by tweetnacl (docs/decisions/003-ed25519.md), and what it leaves out: a second half that
 * is not below the order is refused, so nobody can make a second signature out of a first.
 * One call is 39 million XS byte codes: about half a minute on a 64 MHz core, without a pause.
 */
export const verifyEd25519: SignatureVerifier = (signed) => {
  const { publicKey, signature, digest } = signed;
  if (publicKey.byteLength !== KEY_BYTES || signature.byteLength !== SIGNATURE_BYTES) return false;
  return isBelowOrder(signature) && nacl.sign.detached.verify(digest, signature, publicKey);
};

function isBelowOrder(signature: Uint8Array): boolean {
  for (let index = KEY_BYTES - 1; index >= 0; index--) {
    const found = signature[KEY_BYTES + index] as number;
    const limit = order[index] as number;
    if (found !== limit) return found < limit;
  }
  return false;
}
