import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { GivenBytes } from "./given-bytes.ts";

const PAGE_BYTES = 256;
const range = fc
  .tuple(fc.nat(PAGE_BYTES), fc.nat(PAGE_BYTES))
  .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);

describe("GivenBytes", () => {
  it("has the bytes of every range that was added, and no others", () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 5 }), range, (ranges, asked) => {
        const given = new GivenBytes(PAGE_BYTES);
        const expected = new Set<number>();
        for (const [start, end] of ranges) {
          given.add(start, end);
          for (let at = start; at < end; at++) expected.add(at);
        }
        for (let at = 0; at < PAGE_BYTES; at++) assert.equal(given.has(at), expected.has(at));
        const has = [...expected].some((at) => at >= asked[0] && at < asked[1]);
        assert.equal(given.hasAny(...asked), has);
        given.clear();
        assert.equal(given.hasAny(0, PAGE_BYTES), false);
      }),
    );
  });
});
