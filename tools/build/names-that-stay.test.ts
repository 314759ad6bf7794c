import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { shortNames } from "./names-that-stay.mjs";

const names = fc.uniqueArray(fc.stringMatching(/^[a-zA-Z_]\w{2,12}$/), {
  minLength: 1,
  maxLength: 600,
});

describe("short names", () => {
  it("are one for each, none that the code has, and no keyword", () => {
    fc.assert(
      fc.property(names, fc.array(fc.stringMatching(/^[a-zA-Z]\w$/)), (long, words) => {
        const chosen = Object.values(shortNames(long, words.join(" + ")));
        assert.equal(new Set(chosen).size, long.length);
        for (const name of chosen) {
          assert.match(name, /^[a-zA-Z][a-zA-Z0-9]$/);
          assert.ok(![...words, "as", "do", "if", "in", "of"].includes(name), name);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("stay where others come and go, but for a few that wanted the same", () => {
    const before = Array.from({ length: 500 }, (_, index) => `name${index * 7919}`);
    const chosen = shortNames(before, "");
    for (const changed of [["another", ...before], before.slice(3), [...before].reverse()]) {
      const now = shortNames(changed, "");
      const moved = Object.keys(now).filter((name) => name in chosen && now[name] !== chosen[name]);
      assert.ok(moved.length <= 5, `${moved.length} of ${before.length} have another name`);
    }
  });
});
