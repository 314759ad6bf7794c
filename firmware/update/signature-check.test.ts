import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Failure } from "../failure.ts";
import type { SignedDigest } from "../verify/signature-verifier.ts";
import { type SignatureFacts, signatureCheck } from "./signature-check.ts";

const publicKey = Uint8Array.from({ length: 32 }, (_, index) => index * 5);
const signature = new Uint8Array(64).fill(7);
const seen: SignedDigest[] = [];
const facts: SignatureFacts = {
  settings: { publicKey: Buffer.from(publicKey).toString("base64") },
  document: { signature },
  verifySignature(signed) {
    seen.push(signed);
    return signed.digest[0] === 1;
  },
};

function refusal(changes: Partial<SignatureFacts>): string {
  try {
    signatureCheck({ ...facts, ...changes });
  } catch (error) {
    assert.ok(error instanceof Failure && error.code === "SIGNATURE", String(error));
    return error.detail;
  }
  throw new assert.AssertionError({ message: "not refused" });
}

describe("signatureCheck", () => {
  it("asks for nothing where no key is configured", () => {
    const settings = { publicKey: undefined };
    assert.equal(signatureCheck({ ...facts, settings, document: {} }), undefined);
  });

  it("hands the key, the signature and the digest to the verifier, and its verdict back", () => {
    const check = signatureCheck(facts);
    assert.ok(check);
    assert.equal(check(signature, Uint8Array.of(1)), true);
    assert.equal(check(signature, Uint8Array.of(2)), false);
    assert.deepEqual(seen[0], { publicKey, signature, digest: Uint8Array.of(1) });
  });

  it("refuses before the download what can never pass", () => {
    assert.equal(refusal({ document: {} }), "the job has none");
    assert.match(refusal({ verifySignature: undefined }), /cannot check/);
    for (const text of ["", "AAAA", `${facts.settings.publicKey} `, 7 as unknown as string]) {
      assert.match(refusal({ settings: { publicKey: text } }), /not 32 bytes/);
    }
  });
});
