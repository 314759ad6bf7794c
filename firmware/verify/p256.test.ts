import assert from "node:assert/strict";
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type Affine,
  bytes32,
  G,
  isGood,
  keyBytes,
  mod,
  N,
  numberOf,
  over,
  P,
  pair,
  plus,
  pointAt,
  signWith,
  times,
} from "../../hw-test/model/textbook-p256.ts";
import type { SignedDigest } from "../ports/signature.ts";
import { verifier as bigintVerifier } from "./p256.ts";
import { verifier as plainVerifier } from "./p256-plain.ts";

const pairs = Array.from({ length: 20 }, () => {
  const made = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = made.publicKey.export({ format: "der", type: "spki" });
  return { ...made, key: Uint8Array.from(spki.subarray(-65)) };
});

/** OpenSSL signs and verifies a message: Node gives it no digest. */
interface Signed {
  readonly publicKey: KeyObject;
  readonly message: Uint8Array;
  readonly parts: SignedDigest;
}

const signed: fc.Arbitrary<Signed> = fc
  .record({ pair: fc.constantFrom(...pairs), message: fc.uint8Array({ maxLength: 50 }) })
  .map(({ pair: { privateKey, publicKey, key }, message }) => ({
    publicKey,
    message,
    parts: {
      key,
      digest: Uint8Array.from(createHash("sha256").update(message).digest()),
      signature: Uint8Array.from(
        sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" }),
      ),
    },
  }));

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  const at = (bit >> 3) % copy.byteLength;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

function openSslVerifies(of: Signed, signature: Uint8Array): boolean {
  return verify("sha256", of.message, { key: of.publicKey, dsaEncoding: "ieee-p1363" }, signature);
}

function openSslTakes(key: Uint8Array): boolean {
  const part = (from: number) => Buffer.from(key.subarray(from, from + 32)).toString("base64url");
  try {
    createPublicKey({ key: { kty: "EC", crv: "P-256", x: part(1), y: part(33) }, format: "jwk" });
    return key[0] === 4;
  } catch {
    return false;
  }
}

function signedBy(secret: bigint, digest: bigint, nonce: bigint): SignedDigest {
  const signature = signWith(secret, digest, nonce);
  return { key: keyBytes(times(secret, G)), digest: bytes32(digest), signature };
}

/** Below 2^256, each bit as likely as the other, with the edges among them. */
const number = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }) },
  fc.constantFrom(0n, 1n, 2n, N - 2n, N - 1n, N, N + 1n, P - N, P - 1n, P, 2n ** 256n - 1n),
);
const scalar = fc.oneof(
  fc.bigInt({ min: 1n, max: N - 1n }),
  fc.constantFrom(1n, 2n, 3n, (N - 1n) / 2n, (N + 1n) / 2n, N - 3n, N - 2n, N - 1n),
);

/** A verifier, and the most steps that it takes. */
const verifiers = [
  // 1 for the scalars, 1 for the key, then 257 digits, 8 a step.
  { name: "P-256 with BigInt", verifier: bigintVerifier, steps: 35 },
  // 1 for the key, 16 for the inverse, then 258 digits.
  { name: "P-256 in limbs", verifier: plainVerifier, steps: 275 },
];

for (const { name, verifier, steps: stepMax } of verifiers) {
  assert.ok(verifier);

  const isKey = (key: Uint8Array): boolean => verifier.isKey(key);

  const verdict = (signed: SignedDigest): string => {
    const check = verifier.begin(signed);
    for (let steps = 1; ; steps++) {
      const said = check.step();
      assert.ok(steps <= stepMax, `${steps} steps`);
      if (said !== "more") return said;
    }
  };

  describe(`${name} against OpenSSL`, () => {
    it("accepts what it signed", () => {
      fc.assert(
        fc.property(signed, ({ parts }) => {
          assert.equal(isKey(parts.key), true);
          assert.equal(verdict(parts), "good");
        }),
        { numRuns: 60 },
      );
    });

    it("refuses each flipped bit of the signature, as it does", () => {
      const [one] = fc.sample(signed, 1);
      assert.ok(one);
      for (let bit = 0; bit < 512; bit += 1) {
        const signature = flipped(one.parts.signature, bit);
        assert.equal(verdict({ ...one.parts, signature }), "bad", `bit ${bit}`);
        assert.equal(openSslVerifies(one, signature), false);
      }
    });

    it("refuses each flipped bit of the digest", () => {
      const [one] = fc.sample(signed, 1);
      assert.ok(one);
      for (let bit = 0; bit < 256; bit += 1) {
        const digest = flipped(one.parts.digest, bit);
        assert.equal(verdict({ ...one.parts, digest }), "bad", `bit ${bit}`);
      }
    });

    it("takes no key with a flipped bit that it does not take, and then no signature", () => {
      const [one] = fc.sample(signed, 1);
      assert.ok(one);
      for (let bit = 0; bit < 520; bit += 1) {
        const key = flipped(one.parts.key, bit);
        assert.equal(isKey(key), openSslTakes(key), `bit ${bit}`);
        assert.equal(verdict({ ...one.parts, key }), "bad", `bit ${bit}`);
      }
    });

    it("accepts the twin with the other s: DER has both, and OpenSSL writes both", () => {
      fc.assert(
        fc.property(signed, (one) => {
          const { parts } = one;
          const r = numberOf(parts.signature.subarray(0, 32));
          const twin = pair(r, N - numberOf(parts.signature.subarray(32)));
          assert.equal(openSslVerifies(one, twin), true);
          assert.equal(verdict({ ...parts, signature: twin }), "good");
        }),
        { numRuns: 10 },
      );
    });

    it("has a textbook beside it that is right", () => {
      for (const { parts } of fc.sample(signed, 3)) {
        const key = { x: numberOf(parts.key.subarray(1, 33)), y: numberOf(parts.key.subarray(33)) };
        const r = numberOf(parts.signature.subarray(0, 32));
        const s = numberOf(parts.signature.subarray(32));
        assert.equal(isGood(key, numberOf(parts.digest), r, s), true);
        assert.equal(isGood(key, numberOf(parts.digest) + 1n, r, s), false);
      }
    });
  });

  describe(`${name} against the textbook`, () => {
    it("accepts what any key signs, with any digest and any nonce", () => {
      fc.assert(
        fc.property(scalar, number, scalar, (secret, digest, nonce) => {
          const parts = signedBy(secret, digest, nonce);
          fc.pre(numberOf(parts.signature.subarray(32)) !== 0n);
          assert.equal(verdict(parts), "good");
        }),
        { numRuns: 60 },
      );
    });

    it("has the same verdict on any numbers", () => {
      fc.assert(
        fc.property(scalar, number, number, number, (secret, digest, r, s) => {
          const key = times(secret, G);
          const parts = { key: keyBytes(key), digest: bytes32(digest), signature: pair(r, s) };
          assert.equal(verdict(parts), isGood(key, digest, r, s) ? "good" : "bad");
        }),
        { numRuns: 60 },
      );
    });

    it("accepts with the keys G, -G, 2·G and half of G", () => {
      for (const secret of [1n, N - 1n, 2n, N - 2n, (N + 1n) / 2n, (N - 1n) / 2n]) {
        for (const digest of [0n, 1n, 5n, N - 1n, N, 2n ** 256n - 1n]) {
          const parts = signedBy(secret, digest, 0x1234567890abcdefn);
          assert.equal(verdict(parts), "good", `${secret} ${digest}`);
          assert.equal(verdict({ ...parts, digest: bytes32(digest ^ 2n) }), "bad");
        }
      }
    });

    it("doubles where both halves of the sum are the same", () => {
      fc.assert(
        fc.property(scalar, scalar, (secret, nonce) => {
          const r = mod(times(nonce, G)?.x ?? 0n, N);
          const s = mod(2n * r * secret * over(nonce, N), N);
          const key = times(secret, G);
          const digest = bytes32(mod(r * secret, N));
          assert.equal(verdict({ key: keyBytes(key), digest, signature: pair(r, s) }), "good");
        }),
        { numRuns: 10 },
      );
    });

    it("refuses where the sum is at infinity", () => {
      fc.assert(
        fc.property(scalar, scalar, scalar, (secret, r, s) => {
          const digest = bytes32(mod(-r * secret, N));
          const key = keyBytes(times(secret, G));
          assert.equal(verdict({ key, digest, signature: pair(r, s) }), "bad");
        }),
        { numRuns: 10 },
      );
    });

    it("takes the sum's x modulo the order", () => {
      let sum: Affine;
      let r = 0n;
      while (sum === undefined) sum = pointAt(N + ++r);
      const [u1, u2] = [1234567n, 7654321n];
      const key = times(over(u2, N), plus(sum, times(-u1, G)));
      const s = mod(r * over(u2, N), N);
      const parts = { key: keyBytes(key), digest: bytes32(mod(u1 * s, N)), signature: pair(r, s) };
      assert.equal(verdict(parts), "good");
      assert.equal(verdict({ ...parts, signature: pair(r + N, s) }), "bad");
    });

    it("refuses r and s that are 0 or not below the order", () => {
      const { key, digest, signature } = signedBy(7n, 8n, 9n);
      const r = numberOf(signature.subarray(0, 32));
      const s = numberOf(signature.subarray(32));
      for (const wrong of [0n, N, N + 1n, P, 2n ** 256n - 1n]) {
        assert.equal(verdict({ key, digest, signature: pair(wrong, s) }), "bad", `r ${wrong}`);
        assert.equal(verdict({ key, digest, signature: pair(r, wrong) }), "bad", `s ${wrong}`);
      }
      assert.equal(verdict({ key, digest, signature: pair(0n, 0n) }), "bad");
    });

    it("keeps two checks apart that take turns", () => {
      const good = signedBy(11n, 12n, 13n);
      const one = verifier.begin(good);
      const other = verifier.begin({ ...good, digest: bytes32(14n) });
      let verdicts = "more more";
      while (verdicts === "more more") verdicts = `${one.step()} ${other.step()}`;
      assert.equal(verdicts, "good bad");
    });

    it("reads keys, digests and signatures that lie in larger buffers", () => {
      const parts = signedBy(15n, 16n, 17n);
      const within = (bytes: Uint8Array): Uint8Array => {
        const larger = new Uint8Array(bytes.byteLength + 8).fill(0xa5);
        larger.set(bytes, 3);
        return larger.subarray(3, 3 + bytes.byteLength);
      };
      const { key, digest, signature } = parts;
      const moved = { key: within(key), digest: within(digest), signature: within(signature) };
      assert.equal(verdict(moved), "good");
    });
  });

  describe(`isKey of ${name}`, () => {
    it("refuses infinity, what is not on the curve, and coordinates that are not below p", () => {
      let low = 1n;
      while (pointAt(low) === undefined) low++;
      const point = pointAt(low);
      assert.ok(point && G);
      assert.equal(isKey(keyBytes(point)), true);
      assert.equal(isKey(keyBytes({ x: low, y: P - point.y })), true);
      for (const wrong of [
        undefined,
        { x: 0n, y: 0n },
        { x: low + P, y: point.y },
        { x: P, y: 0n },
        { x: G.x, y: P },
        { x: G.x, y: G.y + 1n },
        { x: G.y, y: G.x },
        { x: 2n ** 256n - 1n, y: 2n ** 256n - 1n },
      ]) {
        assert.equal(isKey(keyBytes(wrong)), false, String(wrong?.x));
      }
    });

    it("refuses other forms and lengths", () => {
      const key = keyBytes(G);
      for (const first of [0, 2, 3, 5, 6, 7, 0x44, 0x84]) {
        assert.equal(isKey(Uint8Array.from([first, ...key.subarray(1)])), false);
      }
      for (const length of [0, 1, 32, 33, 64]) assert.equal(isKey(key.subarray(0, length)), false);
      assert.equal(isKey(Uint8Array.from([...key, 0])), false);
    });
  });
}
