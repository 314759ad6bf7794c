import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UsageError } from "../tools/command-line/usage-error.ts";
import { parseOptions, sections } from "./options.ts";

describe("parseOptions", () => {
  it("takes all sections unless some are named, in their own order", () => {
    const quick = sections.filter((section) => section !== "soak");
    assert.deepEqual(parseOptions([]), { sections: quick, json: false });
    assert.deepEqual(parseOptions(["--json", "wear", "hex"]), {
      sections: ["hex", "wear"],
      json: true,
    });
  });

  it("knows --help", () => {
    assert.equal(parseOptions(["hex", "--help"]), undefined);
  });

  for (const args of [["--fast"], ["speed"], ["hex", ""], ["--json=1"]]) {
    it(`refuses ${JSON.stringify(args)}`, () => {
      assert.throws(() => parseOptions(args), UsageError);
    });
  }
});
