import { Failure } from "../failure.ts";
import { decodeBase64 } from "../job/encodings.ts";
import type { SignatureVerifier } from "../verify/signature-verifier.ts";

export type SignatureCheck = (signature: Uint8Array, digest: Uint8Array) => boolean;

export interface SignatureFacts {
  readonly settings: { readonly publicKey: string | undefined };
  readonly document: { readonly signature?: Uint8Array | undefined };
  readonly verifySignature: SignatureVerifier | undefined;
}

/**
 * How this job's signature will be checked, when the image is written; undefined where no key is
 * configured. Throws SIGNATURE for what can be refused before the download: never quietly unchecked.
 */
export function signatureCheck(facts: SignatureFacts): SignatureCheck | undefined {
  const text = facts.settings.publicKey;
  if (text === undefined) return undefined;
  const publicKey = decodeBase64(text, 32);
  if (publicKey === undefined) {
    throw new Failure("SIGNATURE", "publicKey in the settings: not 32 bytes as base64");
  }
  const verify = facts.verifySignature;
  if (verify === undefined) {
    throw new Failure("SIGNATURE", "a public key is set, but this firmware cannot check");
  }
  if (facts.document.signature === undefined) throw new Failure("SIGNATURE", "the job has none");
  return (signature, digest) => verify({ publicKey, signature, digest });
}
