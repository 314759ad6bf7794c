import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { runCatcher, type Verdict } from "./catcher.ts";

const folder = mkdtempSync(join(tmpdir(), "catcher-"));
// What loads TypeScript is looked for from the sources' folder.
symlinkSync(
  fileURLToPath(new URL("../../node_modules", import.meta.url)),
  join(folder, "node_modules"),
);
after(() => rmSync(folder, { recursive: true }));

const head = `
  const assert = require("node:assert");
  const { describe, it } = require("node:test");`;
const holds = 'it("one (of two)", () => assert.equal(1, 1));';
const fails = 'it("one (of two)", () => assert.equal(1, 2));';
const cases: readonly (readonly [string, string, Verdict])[] = [
  ["holds", holds, "held"],
  ["holds, in a suite", `describe("both", () => { ${holds} });`, "held"],
  ["fails", fails, "failed"],
  ["fails, in a suite", `describe("both", () => { ${fails} });`, "failed"],
  ["holds, where another fails", `${holds} it("two", () => assert.equal(1, 2));`, "held"],
  ["is not there", 'it("another", () => {});', "neither"],
  ["is left out", `describe.skip("both", () => { ${holds} });`, "neither"],
  ["holds in a file that does not load to its end", `${holds} throw new Error("no");`, "neither"],
  ["is in a file that does not load", `it("one (of two)"`, "neither"],
];

describe("a test as a catcher", () => {
  for (const [what, source, verdict] of cases) {
    it(`that ${what}: ${verdict}`, async () => {
      const testFile = "toy.test.cjs";
      writeFileSync(join(folder, testFile), head + source);
      assert.equal(await runCatcher({ testFile, testName: "one (of two)" }, folder), verdict);
    });
  }
});
