import assert from "node:assert/strict";
import { createHash, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, it } from "node:test";
import { SigningKey } from "./sign.ts";

const pkcs8 = { type: "pkcs8", format: "pem" } as const;
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const pem = privateKey.export(pkcs8) as string;

describe("SigningKey", () => {
  const image = Uint8Array.from({ length: 1000 }, (_, index) => index & 0xff);

  it("signs the image's SHA-256, as OpenSSL verifies it", () => {
    const signature = Buffer.from(new SigningKey(pem).sign(image), "base64");
    const digest = createHash("sha256").update(image).digest();
    assert.equal(signature.byteLength, 64);
    assert.equal(verify(null, digest, publicKey, signature), true);
    assert.equal(verify(null, image, publicKey, signature), false);
  });

  it("gives the public key as trackers are provisioned with it", () => {
    const raw = Buffer.from(new SigningKey(pem).publicKey, "base64");
    const jwk = { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") };
    assert.ok(createPublicKey({ key: jwk, format: "jwk" }).equals(publicKey));
  });

  it("refuses a key of another kind", () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    assert.throws(() => new SigningKey(other.export(pkcs8) as string), /not an Ed25519 key: ec/);
  });
});
