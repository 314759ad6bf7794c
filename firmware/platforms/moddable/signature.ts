import Curve from "curve";
import ECDSA from "ecdsa";
import ECPoint from "ecp";
import type { SignatureCheck, SignatureVerifier, SignedDigest } from "../../ports/signature.ts";

const KEY_BYTES = 65;

/**
 * The SDK's own ECDSA, in C: a single step. A build takes it by `--configFlavour native`; the modules
 * are part of the SDK's TLS. It checks neither key nor range, so that is done here.
 */
export const verifier: SignatureVerifier | undefined = Object.freeze({
  isKey,
  begin: (signed: SignedDigest): SignatureCheck => ({
    step: () => (isGood(signed) ? "good" : "bad"),
  }),
});

function isKey(key: Uint8Array): boolean {
  if (key.byteLength !== KEY_BYTES || key[0] !== 4) return false;
  const { ec } = new Curve("secp256r1");
  const { x, y } = ECPoint.fromOctetString(key);
  return x < ec.m && y < ec.m && (y * y - (x * x + ec.a) * x - ec.b) % ec.m === 0n;
}

function isGood({ key, digest, signature }: SignedDigest): boolean {
  const curve = new Curve("secp256r1");
  const numbers = signature.slice().buffer;
  // The typings say BigInt, the object.
  const r = BigInt.fromArrayBuffer(numbers.slice(0, 32)) as bigint;
  const s = BigInt.fromArrayBuffer(numbers.slice(32)) as bigint;
  if (r === 0n || r >= curve.n || s === 0n || s >= curve.n) return false;
  const ecdsa = new ECDSA(ECPoint.fromOctetString(key), curve);
  return ecdsa.verify(digest.slice().buffer, numbers, false);
}
