import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { config } from "./config.ts";
import { printable, printableAscii, printableLog } from "./printable.ts";

/** Unicode's own names for what must not be shown. */
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;

const nasty = fc.constantFrom(
  ..."\n\r\0\t\x1b\x7f\u0085\u009b\u009d\u2028\u2029\u202a\u202e\u2066\u2069\u200b\u200d\u2060\ufeff",
  "\ud800",
  "\udc00",
  "\u{e0041}",
  "\x1b]0;title\x07",
  "\x1b[2K\x1b[1A",
);
const clean = fc.constantFrom("a", "~", " ", "é", "ß", "\u{1f680}", "漢", "\ufffd");
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(fc.oneof(nasty, clean), { maxLength: 60 }).map((parts) => parts.join("")),
);
const anyMax = fc.integer({ min: 3, max: 80 });

test("shows nothing that ends a line, drives a terminal or hides", () => {
  fc.assert(
    fc.property(anyText, anyMax, (text, maxChars) => {
      const line = printable(text, maxChars);
      assert.doesNotMatch(line, hidden);
      assert.ok(line.length <= maxChars);
    }),
    { numRuns: 1000 },
  );
});

test("replaces each character that is not shown by one, and no other", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const expected = Array.from(text, (one) => (hidden.test(one) ? "?" : one)).join("");
      assert.equal(printable(text, 1000), expected);
      assert.equal(printable(expected, 1000), expected);
    }),
    { numRuns: 1000 },
  );
});

test("judges every code point as Unicode's tables do", () => {
  const wrong: string[] = [];
  for (let point = 0; point <= 0x10ffff; point += 1) {
    const one = String.fromCodePoint(point);
    if (printable(one, 3) !== (hidden.test(one) ? "?" : one)) wrong.push(point.toString(16));
  }
  assert.deepEqual(wrong, []);
});

test("cuts with a mark, never inside a pair, and only what is too long", () => {
  fc.assert(
    fc.property(anyText, anyMax, (text, maxChars) => {
      const line = printable(text, maxChars);
      if (text.length <= maxChars) return assert.equal(line, printable(text, 1000));
      assert.ok(line.endsWith("..."));
      const kept = line.slice(0, -3);
      assert.ok(printable(text, 1000).startsWith(kept));
      return undefined;
    }),
    { numRuns: 1000 },
  );
  assert.equal(printable("abcdefgh", 7), "abcd...");
  assert.equal(printable("abcdefg", 7), "abcdefg");
  assert.equal(printable("abc\u{1f680}\u{1f680}", 6), "abc...");
  assert.equal(printable("ab\u{1f680}\u{1f680}\u{1f680}", 7), "ab\u{1f680}...");
});

test("keeps to ASCII where asked", () => {
  fc.assert(
    fc.property(anyText, anyMax, (text, maxChars) => {
      const line = printableAscii(text, maxChars);
      assert.match(line, /^[ -~]*$/);
      assert.ok(line.length <= maxChars);
    }),
  );
  assert.equal(printableAscii("\u{1f680} für\tx", 20), "? f?r?x");
});

test("takes a bound without room for the mark for a bug of ours", () => {
  assert.throws(() => printable("a", 2), /assertion/);
});

test("a forged line stays one line of the log", () => {
  const lines: string[] = [];
  const log = printableLog((line) => lines.push(line));
  log("jobs: rejected: no\r\nupdate: confirmed\x1b[1A");
  log("x".repeat(config.logLineMaxChars + 1));
  assert.deepEqual(lines, [
    "jobs: rejected: no??update: confirmed?[1A",
    `${"x".repeat(config.logLineMaxChars - 3)}...`,
  ]);
});
