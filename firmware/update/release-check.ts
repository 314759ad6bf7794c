import { Failure } from "../failure.ts";
import type { JobDocument } from "../job/document.ts";
import type { Platform } from "../ports/platform.ts";
import { parseEcdsaSignature } from "../verify/ecdsa-der.ts";
import { hasLowS } from "../verify/low-s.ts";
import { releaseBytes } from "../verify/release.ts";
import { SignatureRun } from "./signature-run.ts";
import type { Trust, TrustedKey } from "./trust.ts";

export interface ReleaseCheckOptions {
  readonly platform: Platform;
  readonly trust: Trust;
  readonly document: JobDocument;
  readonly onGood: (keyId: string) => void;
  readonly onBad: (failure: Failure) => void;
}

/**
 * The check of a job's release statement, before the download: the statement is rebuilt from the
 * job's own fields, so what passes is what the tracker goes by.
 * @throws Failure SIGNATURE, DOCUMENT_INVALID for what can be refused without arithmetic
 */
export function newReleaseCheck(options: ReleaseCheckOptions): SignatureRun {
  const { platform, trust, document, onGood, onBad } = options;
  const { sha256, imageSize, signature } = document;
  if (signature === undefined) throw new Failure("SIGNATURE", "the job has none");
  if (sha256 === undefined) throw new Failure("DOCUMENT_INVALID", "sha256: missing");
  if (imageSize === undefined) throw new Failure("DOCUMENT_INVALID", "imageSize: missing");
  const raw = parseEcdsaSignature(signature);
  if (raw === undefined) throw new Failure("SIGNATURE", "not an ECDSA P-256 signature in DER");
  if (!hasLowS(raw)) throw new Failure("SIGNATURE", "not in its lower form");
  const digest = platform.newSha256();
  digest.update(
    releaseBytes({
      hardware: document.hardware ?? "",
      version: document.version,
      securityCounter: document.securityCounter,
      imageSize,
      sha256,
      expires: document.expires,
    }),
  );
  return new SignatureRun({
    clock: platform.clock,
    trust,
    keys: candidates(trust, document.keyId),
    digest: digest.finish(),
    signature: raw,
    onVerdict(keyId) {
      if (keyId !== undefined) onGood(keyId);
      else onBad(new Failure("SIGNATURE", "no trusted key has signed this release"));
    },
  });
}

function candidates(trust: Trust, keyId: string | undefined): readonly TrustedKey[] {
  if (keyId === undefined) return trust.keys;
  const found = trust.keys.filter(({ id }) => id === keyId);
  if (found.length === 0) throw new Failure("SIGNATURE", `no trusted key has the id ${keyId}`);
  return found;
}
