import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeBase64, decodeHex } from "./encodings.ts";

test("reads what Node writes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 70 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      assert.deepEqual(decodeHex(buffer.toString("hex"), bytes.length), bytes);
      assert.deepEqual(decodeHex(buffer.toString("hex").toUpperCase(), bytes.length), bytes);
      assert.deepEqual(decodeBase64(buffer.toString("base64"), bytes.length), bytes);
    }),
  );
});

test("takes base64 in its canonical form only", () => {
  fc.assert(
    fc.property(fc.base64String({ minLength: 4, maxLength: 8 }), fc.nat(8), (text, length) => {
      const bytes = decodeBase64(text, length);
      const expected = Buffer.from(text, "base64");
      const isCanonical = expected.length === length && expected.toString("base64") === text;
      assert.deepEqual(bytes, isCanonical ? new Uint8Array(expected) : undefined);
    }),
    { numRuns: 1000 },
  );
});

test("refuses another length, another alphabet, loose ends", () => {
  for (const text of ["", "0", "0g", "abc", "abcdef", "0x12", "+1ab"]) {
    assert.equal(decodeHex(text, 2), undefined, text);
  }
  for (const text of ["", "YQ", "YQ=", "YR==", "YWI=", "Y-==", "YQ==\n", "YQ== "]) {
    assert.equal(decodeBase64(text, 1), undefined, text);
  }
});
