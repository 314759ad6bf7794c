import { createPublicKey, verify } from "node:crypto";
import type { SignatureVerifier, SignedDigest } from "../../firmware/ports/signature.ts";

/** ECDSA P-256 by OpenSSL, in one step: as a board with a crypto cell would do it. */
export const nodeVerifier: SignatureVerifier = {
  isKey: (key) => publicKey(key) !== undefined,
  begin: (signed) => ({ step: () => (isGood(signed) ? "good" : "bad") }),
};

function isGood({ key, digest, signature }: SignedDigest): boolean {
  const found = publicKey(key);
  // No hash: what is signed is a digest already.
  return found !== undefined && verify(null, digest, found, signature);
}

function publicKey(point: Uint8Array): ReturnType<typeof createPublicKey> | undefined {
  if (point.byteLength !== 65 || point[0] !== 4) return undefined;
  const coordinate = (from: number): string =>
    Buffer.from(point.subarray(from, from + 32)).toString("base64url");
  try {
    const jwk = { kty: "EC", crv: "P-256", x: coordinate(1), y: coordinate(33) };
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    // OpenSSL takes no point that is not on the curve.
    return undefined;
  }
}
