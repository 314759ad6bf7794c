import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hexText } from "./identity.ts";
import { Sha512 } from "./sha512.ts";

function digestOf(
  digestBytes: number,
  message: Uint8Array,
  pieceBytes = message.byteLength,
): string {
  const hash = new Sha512(digestBytes);
  for (let at = 0; at < message.byteLength; at += pieceBytes) {
    hash.update(message.subarray(at, at + pieceBytes));
  }
  return hexText(hash.finish());
}

/** NIST, "SHA_All": one block, two blocks. */
const vectors = [
  {
    message: "abc",
    sha512:
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    sha384:
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed" +
      "8086072ba1e7cc2358baeca134c825a7",
  },
  {
    message:
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn" +
      "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
    sha512:
      "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018" +
      "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
    sha384:
      "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712" +
      "fcc7c71a557e2db966c3e9fa91746039",
  },
];

describe("Sha512", () => {
  for (const { message, sha512, sha384 } of vectors) {
    it(`gives NIST's digests of ${message.length} bytes`, () => {
      assert.equal(digestOf(64, Buffer.from(message)), sha512);
      assert.equal(digestOf(48, Buffer.from(message)), sha384);
    });
  }

  it("agrees with OpenSSL at every length up to three blocks", () => {
    const bytes = Uint8Array.from({ length: 3 * 128 }, (_, at) => (at * 89 + 7) & 0xff);
    for (let length = 0; length <= bytes.byteLength; length++) {
      const message = bytes.subarray(0, length);
      assert.equal(digestOf(64, message), createHash("sha512").update(message).digest("hex"));
      assert.equal(digestOf(48, message), createHash("sha384").update(message).digest("hex"));
    }
  });

  it("agrees with OpenSSL on any bytes in any pieces", () => {
    const message = fc.uint8Array({ maxLength: 2000 });
    fc.assert(
      fc.property(message, fc.integer({ min: 1, max: 300 }), (bytes, pieceBytes) => {
        const expected = createHash("sha512").update(bytes).digest("hex");
        assert.equal(digestOf(64, bytes, pieceBytes), expected);
        const shorter = createHash("sha384").update(bytes).digest("hex");
        assert.equal(digestOf(48, bytes, pieceBytes), shorter);
      }),
      { numRuns: 300 },
    );
  });
});
