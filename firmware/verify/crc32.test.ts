import assert from "node:assert/strict";
import { describe, it } from "node:test";
import oracle from "crc-32";
import fc from "fast-check";
import { crc32, pageCheck, pageCheckStart } from "./crc32.ts";

describe("crc32", () => {
  it("has the check value of CRC-32/ISO-HDLC", () => {
    assert.equal(crc32(0, Buffer.from("123456789"), 0, 9), 0xcbf43926);
    assert.equal(crc32(0, new Uint8Array(0), 0, 0), 0);
  });

  it("is that of the crc-32 package, in one piece and in two", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 300 }), (bytes, cut) => {
        const middle = Math.min(cut, bytes.byteLength);
        const expected = oracle.buf(bytes) >>> 0;
        assert.equal(crc32(0, bytes, 0, bytes.byteLength), expected);
        const first = crc32(0, bytes, 0, middle);
        assert.equal(crc32(first, bytes, middle, bytes.byteLength), expected);
      }),
    );
  });

  it("takes a page's index before its content", () => {
    const page = Uint8Array.from([1, 2, 3]);
    assert.equal(pageCheck(0x01020304, page), oracle.buf([4, 3, 2, 1, 1, 2, 3]) >>> 0);
    assert.equal(pageCheckStart(0x01020304), oracle.buf([4, 3, 2, 1]) >>> 0);
  });
});
