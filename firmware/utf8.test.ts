import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeUtf8, encodeUtf8, encodeUtf8Into, utf8Length } from "./utf8.ts";

const oracle = new TextDecoder("utf-8", { ignoreBOM: true });

test("encodes any string as TextEncoder does, lone surrogates included", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (binary, plain) => {
      for (const text of [binary, plain, `${plain}\ud800`, `\udc00${binary}`, "\ud800\ud800"]) {
        const expected = new TextEncoder().encode(text);
        assert.deepEqual(encodeUtf8(text), expected);
        assert.equal(utf8Length(text), expected.length);
      }
    }),
  );
});

test("decodes any bytes as TextDecoder does", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.equal(decodeUtf8(bytes), oracle.decode(bytes));
    }),
    { numRuns: 500 },
  );
});

test("decodes mutilated text as TextDecoder does", () => {
  const awkward = fc.constantFrom(0xe0, 0xed, 0xf0, 0xf4, 0xc0, 0xc1, 0xf5, 0x80, 0x9f, 0xa0, 0xbf);
  fc.assert(
    fc.property(fc.array(fc.oneof(awkward, fc.nat(255)), { maxLength: 12 }), (values) => {
      const bytes = Uint8Array.from(values);
      assert.equal(decodeUtf8(bytes), oracle.decode(bytes));
    }),
    { numRuns: 3000 },
  );
});

test("decodes text longer than one portion, with a pair across the border", () => {
  for (let length = 55; length < 70; length += 1) {
    const text = `${"a".repeat(length)}\u{1f680}${"é".repeat(200)}`;
    assert.equal(decodeUtf8(encodeUtf8(text)), text);
  }
});

test("writes at an offset and says where it ends", () => {
  const into = new Uint8Array(8);
  assert.equal(encodeUtf8Into("né", into, 2), 5);
  assert.deepEqual([...into], [0, 0, 0x6e, 0xc3, 0xa9, 0, 0, 0]);
});
