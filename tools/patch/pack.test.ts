import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { applyPatch } from "./apply-patch.ts";
import { packPatches } from "./pack.ts";

/** Bytes of no pattern. */
function bytes(length: number, seed: string): Uint8Array {
  const parts: Buffer[] = [];
  for (let count = 0; count * 32 < length; count++) {
    parts.push(createHash("sha256").update(`${seed} ${count}`).digest());
  }
  return new Uint8Array(Buffer.concat(parts).subarray(0, length));
}

const sha256 = (image: Uint8Array) => createHash("sha256").update(image).digest("hex");

describe("the patches of a job", () => {
  const next = bytes(5000, "next");
  const near = next.map((byte, at) => (at % 100 === 0 ? byte + 1 : byte));
  const nearer = next.with(7, 1);
  const far = bytes(5000, "another");
  const files = packPatches(next, [near, nearer, near, far], (name) => ({
    url: `https://a/${name}`,
  }));

  it("say what they start from, how long they are and where they lie", () => {
    const [one, other, packed] = files;
    assert.equal(
      files.length,
      3,
      "one for each image, none that is no smaller than the packed one",
    );
    assert.deepEqual(one?.entry, {
      from: sha256(near),
      size: one?.bytes.length,
      url: `https://a/${sha256(near).slice(0, 16)}-${sha256(next).slice(0, 16)}.tfp`,
    });
    assert.equal(other?.entry.from, sha256(nearer));
    assert.deepEqual(packed?.entry, {
      size: packed?.bytes.length,
      url: `https://a/${sha256(next).slice(0, 16)}.tfp`,
    });
  });

  it("each make the new image of theirs", () => {
    for (const [index, old] of [near, nearer, undefined].entries()) {
      const { bytes: patch } = files[index] ?? assert.fail("a file is missing");
      assert.deepEqual(applyPatch(old, patch, next.length), next);
    }
  });
});
