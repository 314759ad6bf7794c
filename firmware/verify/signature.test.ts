import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { verifyEd25519 } from "./signature.ts";
import type { SignedDigest } from "./signature-verifier.ts";

/** 2^252 + 27742317777372353535851937790883648493, the order of Ed25519's base point. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const keys = Array.from({ length: 3 }, () => generateKeyPairSync("ed25519"));

function rawKey(key: KeyObject): Buffer {
  return key.export({ format: "der", type: "spki" }).subarray(-32);
}

/** OpenSSL's verdict; an encoding that it refuses to read is no signature either. */
function oracle({ publicKey, digest, signature }: SignedDigest): boolean {
  const x = Buffer.from(publicKey).toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return verify(null, digest, key, signature);
}

const signed = fc
  .record({
    pair: fc.constantFrom(...keys),
    digest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  })
  .map(({ pair, digest }) => ({
    digest,
    publicKey: Uint8Array.from(rawKey(pair.publicKey)),
    signature: Uint8Array.from(sign(null, digest, pair.privateKey)),
  }));

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  const at = (bit >> 3) % copy.byteLength;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** The signature with `order` added to its second half: what a forger can make of a good one. */
function secondForm(signature: Uint8Array): Uint8Array | undefined {
  const half = BigInt(`0x${Buffer.from(signature.slice(32).reverse()).toString("hex")}`) + ORDER;
  if (half >= 2n ** 256n) return undefined;
  const bytes = Buffer.from(half.toString(16).padStart(64, "0"), "hex").reverse();
  return Uint8Array.from([...signature.slice(0, 32), ...bytes]);
}

describe("verifyEd25519", () => {
  it("knows the second vector of RFC 8032, section 7.1", () => {
    const hex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
    const vector = {
      publicKey: hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
      digest: hex("72"),
      signature: hex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
          "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
      ),
    };
    assert.equal(verifyEd25519(vector), true);
    assert.equal(verifyEd25519({ ...vector, digest: hex("73") }), false);
  });

  it("accepts what OpenSSL signed", () => {
    fc.assert(
      fc.property(signed, (parts) => assert.equal(verifyEd25519(parts), true)),
      { numRuns: 20 },
    );
  });

  it("refuses each flipped bit, as OpenSSL does", () => {
    const what = fc.constantFrom("publicKey", "digest", "signature");
    fc.assert(
      fc.property(signed, what, fc.nat(511), (parts, name, bit) => {
        const damaged = { ...parts, [name]: flipped(parts[name], bit) };
        assert.equal(verifyEd25519(damaged), false);
        assert.equal(oracle(damaged), false);
      }),
      { numRuns: 60 },
    );
  });

  it("refuses a signature's second form, as OpenSSL does", () => {
    fc.assert(
      fc.property(signed, (parts) => {
        const signature = secondForm(parts.signature);
        assert.ok(signature);
        assert.equal(oracle({ ...parts, signature }), false);
        assert.equal(verifyEd25519({ ...parts, signature }), false);
      }),
      { numRuns: 10 },
    );
  });

  it("refuses a key or a signature of another length", () => {
    const [parts] = fc.sample(signed, 1);
    assert.ok(parts);
    for (const length of [0, 31, 33, 63, 65]) {
      const cut = (bytes: Uint8Array) => Uint8Array.from({ length }, (_, at) => bytes[at] ?? 0);
      assert.equal(verifyEd25519({ ...parts, publicKey: cut(parts.publicKey) }), false);
      assert.equal(verifyEd25519({ ...parts, signature: cut(parts.signature) }), false);
    }
  });
});
