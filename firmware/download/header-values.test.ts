import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hasToken, parseContentRange, parseCrc32, parseDecimal, unknown } from "./header-values.ts";

describe("header values", () => {
  it("decimal numbers have 1 to 15 digits and nothing else", () => {
    assert.equal(parseDecimal("0"), 0);
    assert.equal(parseDecimal("000000000000042"), 42);
    assert.equal(parseDecimal("999999999999999"), 999_999_999_999_999);
    for (const text of ["", "-1", "+1", "1.0", " 1", "1 ", "0x1", "1,1", "1e3", "1".repeat(16)]) {
      assert.equal(parseDecimal(text), undefined, text);
    }
  });

  it("Content-Range", () => {
    assert.deepEqual(parseContentRange("bytes 0-9/10"), { first: 0, last: 9, total: 10 });
    assert.deepEqual(parseContentRange("Bytes 5-5/*"), { first: 5, last: 5, total: unknown });
    const none = { first: unknown, last: unknown, total: 10 };
    assert.deepEqual(parseContentRange("bytes */10"), none);
    for (const text of [
      "",
      "bytes",
      "bytes 0-9",
      "bytes 9-0/10",
      "bytes -9/10",
      "bytes 0-/10",
      "bytes 0-9/",
      "bytes 0-9/x",
      "bytes=0-9/10",
      "bytes 0-9/10/10",
      "bytes 0-9-9/10",
      "items 0-9/10",
    ]) {
      assert.equal(parseContentRange(text), undefined, text);
    }
  });

  it("a CRC-32 as S3 writes it", () => {
    // The check value of CRC-32/ISO-HDLC, of "123456789".
    assert.equal(parseCrc32("y/Q5Jg=="), 0xcbf43926);
    for (const text of [
      "",
      "y/Q5Jg==-2",
      "y/Q5Jg",
      "y/Q5J===",
      "y/Q5J-==",
      "y/Q5Jgaa",
      "AAAAAAA=",
    ]) {
      assert.equal(parseCrc32(text), undefined, text);
    }
  });

  it("any CRC-32", () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (value) => {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(value);
        assert.equal(parseCrc32(bytes.toString("base64")), value);
      }),
    );
  });

  it("tokens of a list", () => {
    assert.equal(hasToken("close", "close"), true);
    assert.equal(hasToken("keep-alive , Close", "close"), true);
    assert.equal(hasToken("closed", "close"), false);
    assert.equal(hasToken("", "close"), false);
  });
});
