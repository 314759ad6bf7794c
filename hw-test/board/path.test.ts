import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { fileURLToPath } from "node:url";
import { describe } from "./testing/needs-engine.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "my projects "));
after(() => rmSync(folder, { recursive: true }));

describe("a checkout whose path has a space", () => {
  mkdirSync(join(folder, "hw-test"));
  for (const name of ["node_modules", "hw-test/board", "hw-test/dev-kit"]) {
    // A copy of each: make resolves a link to a folder that it works in.
    if (name === "node_modules") symlinkSync(join(root, name), join(folder, name));
    else execFileSync("cp", ["-R", join(root, name), join(folder, name)]);
  }

  for (const board of ["board", "dev-kit"]) {
    it(`has a plan to build the ${board}, from every source to the program`, () => {
      const plan = execFileSync("make", ["-n", "V=1", "-C", join(folder, "hw-test", board)], {
        encoding: "utf8",
        maxBuffer: 1e8,
      });
      assert.match(plan, /xsAll\.c -o /);
      assert.match(plan, /swap\.c -o /);
    });
  }
});
