import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pieceAt } from "./text-pieces.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc
    .array(fc.constantFrom("a", "é", "\ud83d", "\ude80", "\u{1f680}"), { maxLength: 400 })
    .map((units) => units.join("")),
);

function piecesOf(whole: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < whole.length; ) {
    const piece = pieceAt(whole, at);
    assert.ok(piece.length > 0);
    pieces.push(piece);
    at += piece.length;
  }
  return pieces;
}

test("pieces are the text, short, and whole surrogate pairs", () => {
  fc.assert(
    fc.property(text, (whole) => {
      const pieces = piecesOf(whole);
      assert.equal(pieces.join(""), whole);
      assert.ok(pieces.every((piece) => piece.length <= 65));
      assert.ok(pieces.length <= 1 + whole.length / 64);
      // A cut pair would be counted as two.
      const points = pieces.map((piece) => [...piece].length).reduce((so, count) => so + count, 0);
      assert.equal(points, [...whole].length);
    }),
  );
});
