import { config } from "../config.ts";
import { Failure } from "../failure.ts";
import type { OwnSignature } from "../ports/image.ts";
import type { Platform } from "../ports/platform.ts";
import { parseEcdsaSignature } from "../verify/ecdsa-der.ts";
import { keyHashOf } from "../verify/own-signature.ts";
import { isSameBytes } from "../verify/same-bytes.ts";
import { SignatureRun } from "./signature-run.ts";
import type { Trust, TrustedKey } from "./trust.ts";

export interface ImageSignatureOptions {
  readonly platform: Platform;
  readonly trust: Trust;
  readonly onGood: () => void;
  readonly onBad: (failure: Failure) => void;
}

/**
 * The check of the signature that the image in the secondary slot carries for the bootloader, whose
 * refusal would cost a reset and the fallback.
 * @returns undefined where there is none, or none by a key that this tracker knows
 */
export function newImageSignatureCheck(options: ImageSignatureOptions): SignatureRun | undefined {
  const { platform, trust, onGood, onBad } = options;
  if (!trust.isSigned) return undefined;
  const own = platform.format.readSignature(platform.secondary, config.signatureMaxBytes);
  const key = own === undefined ? undefined : signer(own, trust, platform);
  if (own === undefined || key === undefined) return undefined;
  const signature = parseEcdsaSignature(own.signature);
  if (signature === undefined) throw new Failure("SIGNATURE", "the image's own is not in DER");
  return new SignatureRun({
    clock: platform.clock,
    trust,
    keys: [key],
    digest: own.digest,
    signature,
    onVerdict(keyId) {
      if (keyId !== undefined) onGood();
      else onBad(new Failure("SIGNATURE", `the image's own, by the key ${key.id}, is wrong`));
    },
  });
}

function signer(own: OwnSignature, trust: Trust, { newSha256 }: Platform): TrustedKey | undefined {
  for (const candidate of trust.keys) {
    if (isSameBytes(keyHashOf(candidate.key, newSha256), own.keyHash)) return candidate;
  }
  return undefined;
}
