import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, verify } from "node:crypto";
import { describe, it } from "node:test";
import { parseEcdsaSignature } from "../../firmware/verify/ecdsa-der.ts";
import { hasLowS } from "../../firmware/verify/low-s.ts";
import { releaseBytes } from "../../firmware/verify/release.ts";
import { SigningKey } from "./sign.ts";

const pkcs8 = { type: "pkcs8", format: "pem" } as const;
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = new SigningKey(privateKey.export(pkcs8) as string);
const release = {
  hardware: "board-a",
  version: "1.0.1",
  securityCounter: 3,
  imageSize: 1000,
  sha256: createHash("sha256").update("image").digest(),
  expires: 0,
};

describe("SigningKey", () => {
  it("signs a release statement, as OpenSSL verifies it, in the lower form", () => {
    for (let round = 0; round < 20; round++) {
      const der = Buffer.from(key.signRelease(release), "base64");
      assert.equal(verify("sha256", releaseBytes(release), publicKey, der), true);
      assert.equal(
        verify("sha256", releaseBytes({ ...release, imageSize: 1 }), publicKey, der),
        false,
      );
      const raw = parseEcdsaSignature(der);
      assert.ok(raw !== undefined && hasLowS(raw));
    }
  });

  it("signs an image for MCUboot, and names the key as MCUboot does", () => {
    const image = Buffer.from("header, body, protected TLVs");
    const { keyHash, ecdsa } = key.signImage(image);
    assert.equal(verify("sha256", image, publicKey, ecdsa), true);
    const spki = publicKey.export({ format: "der", type: "spki" });
    assert.deepEqual(Buffer.from(keyHash), createHash("sha256").update(spki).digest());
  });

  it("refuses a key of another kind", () => {
    for (const other of [
      generateKeyPairSync("ed25519").privateKey,
      generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
    ]) {
      assert.throws(() => new SigningKey(other.export(pkcs8) as string), /not an ECDSA P-256 key/);
    }
  });
});
