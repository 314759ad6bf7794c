import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { mutations } from "./mutation-list.ts";

describe("mutations", () => {
  it("are at least ten, each with a place in the sources of today", () => {
    assert.ok(mutations.length >= 10);
    for (const { name, edits } of mutations) {
      for (const { file, find, replace } of edits) {
        const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
        assert.equal(source.split(find).length, 2, `${name}: ${file}`);
        assert.notEqual(find, replace);
      }
    }
  });
});
