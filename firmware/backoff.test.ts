import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Backoff } from "./backoff.ts";

test("doubles its ceiling up to the bound", () => {
  const backoff = new Backoff({ minMs: 1000, maxMs: 5000, random: () => 0 });
  assert.deepEqual(
    [backoff.next(), backoff.next(), backoff.next(), backoff.next(), backoff.next()],
    [500, 1000, 2000, 2500, 2500],
  );
});

test("draws from the upper half of the ceiling", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (value) => {
      const backoff = new Backoff({ minMs: 1000, maxMs: 64_000, random: () => value });
      for (const ceilingMs of [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 64_000]) {
        const waitMs = backoff.next();
        assert(waitMs >= ceilingMs / 2 && waitMs < ceilingMs, `${waitMs} of ${ceilingMs}`);
        assert.equal(waitMs, Math.floor(waitMs));
      }
    }),
    // Rounded up, the largest draw there is would reach the ceiling.
    { examples: [[0.9999999999999999]] },
  );
});

test("starts again after a reset", () => {
  const backoff = new Backoff({ minMs: 1000, maxMs: 8000, random: () => 0 });
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 500);
});

test("refuses bounds that make no sense", () => {
  assert.throws(() => new Backoff({ minMs: 5, maxMs: 4, random: Math.random }), /assertion/);
});
