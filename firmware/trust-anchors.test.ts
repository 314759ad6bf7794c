import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { INTEGRITY_ONLY, trustAnchors } from "./trust-anchors.ts";

describe("trust anchors", () => {
  it("are read as fota keygen prints them", () => {
    assert.deepEqual(trustAnchors("release-2026=04ab next=04cd"), [
      { id: "release-2026", point: "04ab" },
      { id: "next", point: "04cd" },
    ]);
  });

  it("are none only where that is written out", () => {
    assert.deepEqual(trustAnchors(INTEGRITY_ONLY), []);
    for (const forgotten of ["", " ", "no anchors", "integrity", "put a key here"]) {
      assert.throws(() => trustAnchors(forgotten), /no trust anchors/, forgotten);
    }
  });
});
