import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { bitAt, LIMBS, type Limbs, limbsOf, order, plus, prime, Residues } from "./p256-limbs.ts";

const RADIX = 2n ** 24n;
const FORM = RADIX ** BigInt(LIMBS);

function numberOf(limbs: Limbs): bigint {
  return limbs.reduceRight((sum, limb) => sum * RADIX + BigInt(limb), 0n);
}

const limb = fc.oneof(fc.nat(0xffffff), fc.constantFrom(0, 1, 0x7fffff, 0x800000, 0xffffff));
/** What a residue may be: the topmost limb a little below 0, or a little above 2^16. */
const topLimb = fc.oneof(fc.integer({ min: -32, max: 0x10200 }), fc.constantFrom(0, 0xffff));
const residue = fc
  .tuple(fc.array(limb, { minLength: LIMBS - 1, maxLength: LIMBS - 1 }), topLimb)
  .map(([limbs, top]) => new Int32Array([...limbs, top]));
const plain = residue.filter((limbs) => (limbs[LIMBS - 1] ?? 0) >= 0);
const small = fc.integer({ min: -8, max: 8 });

/** The law of `Limbs`. */
function assertIsResidue(limbs: Limbs): void {
  for (const one of limbs.subarray(0, LIMBS - 1)) assert.ok(one >= 0 && one < 0x1000000);
  const value = numberOf(limbs);
  assert.ok(value > -(2n ** 245n) && value * 100n < 101n * 2n ** 256n, String(value));
}

describe("numbers in limbs, against BigInt", () => {
  for (const [name, modulus] of [
    ["prime", prime()],
    ["order", order()],
  ] as const) {
    const residues = new Residues(modulus);
    const m = numberOf(modulus.limbs);

    it(`are constants that fit each other: ${name}`, () => {
      const terms = [...modulus.factors].map(
        (factor, i) => BigInt(factor) * RADIX ** BigInt(modulus.places[i] ?? 0),
      );
      const sum = terms.reduce((all, one) => all + one, 0n);
      assert.equal(sum, m);
      assert.equal((BigInt(modulus.negativeInverse) * m + 1n) % RADIX, 0n);
      assert.equal(numberOf(modulus.square), (FORM * FORM) % m);
    });

    it(`multiply, the largest limbs too: ${name}`, () => {
      fc.assert(
        fc.property(residue, residue, (a, b) => {
          const product = numberOf(a) * numberOf(b);
          residues.multiply(a, a, b);
          assertIsResidue(a);
          assert.equal((numberOf(a) * FORM - product) % m, 0n);
        }),
        { numRuns: 2000 },
      );
    });
  }

  it("combine", () => {
    const residues = new Residues(prime());
    fc.assert(
      fc.property(residue, small, residue, small, (a, k, b, l) => {
        const sum = BigInt(k) * numberOf(a) + BigInt(l) * numberOf(b);
        residues.combine(a, a, k, b, l);
        assertIsResidue(a);
        assert.equal((numberOf(a) - sum) % numberOf(residues.modulus.limbs), 0n);
        assert.equal(residues.isNone(a), sum % numberOf(residues.modulus.limbs) === 0n);
      }),
      { numRuns: 2000 },
    );
  });

  it("know every form of 0", () => {
    const residues = new Residues(prime());
    fc.assert(
      fc.property(residue, small, (a, k) => {
        residues.combine(a, a, k, a, -k);
        assert.equal(residues.isNone(a), true);
      }),
    );
    assert.equal(residues.isNone(prime().limbs), true);
  });

  it("add, and show their bits", () => {
    fc.assert(
      fc.property(plain, plain, fc.nat(300), (a, b, place) => {
        const sum = plus(a, b);
        assert.equal(numberOf(sum), numberOf(a) + numberOf(b));
        assert.equal(BigInt(bitAt(sum, place)), (numberOf(sum) >> BigInt(place)) & 1n);
      }),
    );
    assert.equal(numberOf(limbsOf(`${"0".repeat(56)}12345678`)), 0x12345678n);
  });
});
