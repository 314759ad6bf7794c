import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { findTests } from "./find-tests.ts";

const root = mkdtempSync(join(tmpdir(), "find-tests-"));
after(() => rmSync(root, { recursive: true }));

for (const path of [
  "firmware/a.test.ts",
  "firmware/a.ts",
  "firmware/hex/record.test.ts",
  "hw-test/trackers/virtual/link.test.ts",
  "hw-test/trackers/virtual/link.test.js",
  "tools/x/node_modules/p/p.test.ts",
  "docs/d.test.ts",
]) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), "");
}

const all = [
  "firmware/a.test.ts",
  "firmware/hex/record.test.ts",
  "hw-test/trackers/virtual/link.test.ts",
];

describe("findTests", () => {
  const cases: [string[], string[]][] = [
    [[], all],
    [["firmware"], all.slice(0, 2)],
    [["./firmware/"], all.slice(0, 2)],
    [["firmware/a.test.ts"], all.slice(0, 1)],
    [["link", "hex/record"], all.slice(1)],
    [["nothing"], []],
    [["fir"], all.slice(0, 2)],
  ];
  for (const [wanted, found] of cases) {
    it(`finds ${found.length} for "${wanted.join(" ")}"`, () => {
      assert.deepEqual(findTests(root, wanted), found);
    });
  }
});
