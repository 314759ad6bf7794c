import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { catcherText } from "./catcher.ts";
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

  it("each have a row of docs/campaigns.md, with what catches them", () => {
    const text = readFileSync(new URL("../../docs/campaigns.md", import.meta.url), "utf8");
    for (const mutation of mutations) {
      const row = text.split("\n").find((line) => line.startsWith(`| ${mutation.name} | `));
      const catcher = "campaign" in mutation ? catcherText(mutation) : mutation.testName;
      assert.ok(row?.includes(catcher), mutation.name);
    }
    assert.equal(new Set(mutations.map(({ name }) => name)).size, mutations.length);
  });
});
