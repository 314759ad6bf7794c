import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { suffixArray } from "./suffix-array.ts";

describe("suffix array", () => {
  it("is the order that sorting the suffixes gives", () => {
    const texts = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .array(fc.integer({ min: 0, max: 2 }), { maxLength: 300 })
        .map((list) => new Uint8Array(list)),
      fc.constantFrom(new Uint8Array(200), new Uint8Array(200).fill(255)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const expected = Array.from(text, (_, at) => at).sort((one, other) =>
          Buffer.compare(text.subarray(one), text.subarray(other)),
        );
        assert.deepEqual([...suffixArray(text)], expected);
      }),
      { numRuns: 500 },
    );
  });
});
