import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { inflateRawSync } from "node:zlib";
import { applyPatch } from "./apply-patch.ts";

const text = readFileSync(new URL("../../docs/patch-format.md", import.meta.url), "utf8");
const [, example = ""] = text.split("## Example");
const old = Buffer.from("tracker 1.0.0: sleep, wake, send, sleep again\n");
const next = Buffer.from("tracker 1.1.0: sleep, wake, look around, send, sleep again\n");

/** The bytes in front of each line's comment. */
function bytesOf(block: string): Buffer {
  const digits = block.split("\n").map((line) => /^(?:[\da-f]{2} {0,2})*/.exec(line)?.[0] ?? "");
  return Buffer.from(digits.join("").replaceAll(" ", ""), "hex");
}

describe("docs/patch-format.md", () => {
  const [, file = "", , commands = ""] = example.split("```");
  const patch = bytesOf(file.trimStart());

  it("shows a patch that makes what it says", () => {
    assert.ok(example.includes(old.toString().trim()) && example.includes(next.toString().trim()));
    assert.deepEqual([old.length, next.length, patch.length], [46, 59, 74]);
    assert.ok(patch.subarray(14, 46).equals(createHash("sha256").update(old).digest()));
    assert.ok(next.equals(applyPatch(old, new Uint8Array(patch), 59)));
  });

  it("shows what its chunk inflates to", () => {
    assert.ok(inflateRawSync(patch.subarray(48)).equals(bytesOf(commands.trimStart())));
  });
});
