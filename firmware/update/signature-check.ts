import { Failure } from "../failure.ts";
import { decodeBase64 } from "../job/encodings.ts";
import type { Settings } from "../settings.ts";
import type { SignatureVerifier } from "../verify/signature-verifier.ts";

export type SignatureCheck = (signature: Uint8Array, digest: Uint8Array) => boolean;

/**
 * How a job's signature is checked on this tracker; undefined where no key is configured.
 * Throws SIGNATURE where a key is configured that cannot be used: never quietly unchecked.
 */
export function signatureCheck(
  settings: Pick<Settings, "publicKey">,
  verify: SignatureVerifier | undefined,
): SignatureCheck | undefined {
  if (settings.publicKey === undefined) return undefined;
  const publicKey = decodeBase64(settings.publicKey, 32);
  if (publicKey === undefined) {
    throw new Failure("SIGNATURE", "publicKey in the settings: not 32 bytes as base64");
  }
  if (verify === undefined) {
    throw new Failure("SIGNATURE", "a public key is set, this firmware cannot check signatures");
  }
  return (signature, digest) => verify({ publicKey, signature, digest });
}
