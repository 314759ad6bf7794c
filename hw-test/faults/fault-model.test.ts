import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type FailureCode, failures } from "../../firmware/failure.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = readFileSync(join(root, "docs/fault-model.md"), "utf8");

interface Row {
  readonly cause: string;
  readonly code: string;
  readonly job: string;
  readonly proof: string;
}

/** The tables' rows, without their heads. */
const rows: readonly Row[] = text
  .split("\n")
  .filter((line) => line.startsWith("|") && !/^\|(---|\s*cause)/.test(line))
  .map((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    assert.equal(cells.length, 8, line);
    const [, cause = "", code = "", job = "", , , proof = ""] = cells;
    return { cause, code, job, proof };
  });

function isCode(text: string): text is FailureCode {
  return Object.hasOwn(failures, text);
}

describe("docs/fault-model.md", () => {
  it("has a row for every code, and none for another", () => {
    const named = new Set(rows.map(({ code }) => code).filter((code) => /^[A-Z]/.test(code)));
    assert.deepEqual([...named].sort(), Object.keys(failures).sort());
  });

  it("says of every code the state that the job gets", () => {
    // What is wrong with a patch ends no job: the HEX file is taken.
    const expected = (code: FailureCode): string =>
      code.startsWith("PATCH_") ? "SUCCEEDED" : failures[code].status;
    const wrong = rows.filter(({ code, job }) => isCode(code) && expected(code) !== job);
    assert.deepEqual(wrong, []);
  });

  it("names a test that is there, for every row", () => {
    for (const { cause, proof } of rows) {
      const [, path = "", name = ""] = /^`([\w/.-]+\.test\.ts)` "([^"]+)"$/.exec(proof) ?? [];
      assert.ok(existsSync(join(root, path)) && path !== "", `${cause}: no file in ${proof}`);
      const source = readFileSync(join(root, path), "utf8");
      const quoted = [`"${name}"`, `\`${name}`].some((one) => source.includes(one));
      assert.ok(quoted, `${cause}: no test "${name}" in ${path}`);
    }
  });
});
