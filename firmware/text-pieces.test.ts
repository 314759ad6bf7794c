import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inPieces } from "./text-pieces.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc
    .array(fc.constantFrom("a", "é", "\ud83d", "\ude80", "\u{1f680}"), { maxLength: 400 })
    .map((units) => units.join("")),
);

test("pieces are the text, short, and whole surrogate pairs", () => {
  fc.assert(
    fc.property(text, (whole) => {
      const pieces = inPieces(whole);
      assert.equal(pieces.join(""), whole);
      assert.ok(pieces.every((piece) => piece.length <= 65));
      assert.ok(pieces.length <= 1 + whole.length / 64);
      // A cut pair would be counted as two.
      const points = pieces.map((piece) => [...piece].length).reduce((so, count) => so + count, 0);
      assert.equal(points, [...whole].length);
    }),
  );
});
