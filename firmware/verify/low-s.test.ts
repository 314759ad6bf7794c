import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hasLowS } from "./low-s.ts";

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function withS(s: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from("00".repeat(32) + s.toString(16).padStart(64, "0"), "hex"));
}

describe("hasLowS", () => {
  it("is true of exactly one of s and its twin", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, ORDER - 1n), (s) => {
        assert.equal(hasLowS(withS(s)), s <= ORDER / 2n);
        assert.notEqual(hasLowS(withS(s)), hasLowS(withS(ORDER - s)));
      }),
    );
  });

  it("draws the line at half the order", () => {
    assert.equal(hasLowS(withS(ORDER / 2n)), true);
    assert.equal(hasLowS(withS(ORDER / 2n + 1n)), false);
  });
});
