import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hexRecord } from "../../tools/image/hex.ts";
import { WordDecoder } from "./word-decoder.ts";

const bytes = new Uint8Array(260);
const decoder = new WordDecoder(new Int32Array(bytes.buffer));
const text = new Uint8Array(4 * 140);
const words = new Int32Array(text.buffer);

/** The record at `start` of a text of dots. @returns index after it, or 0 */
function decode(record: string, start: number, limit = text.byteLength): number {
  text.fill(0x2e);
  for (let at = 0; at < record.length; at++) text[start + at] = record.charCodeAt(at);
  return decoder.decode(words, start + 1, limit);
}

describe("WordDecoder", () => {
  it("takes records of every length, at every place in a word", () => {
    for (let length = 0; length <= 255; length++) {
      const data = Uint8Array.from({ length }, (_, at) => at * 37 + length);
      const record = hexRecord({ type: 0, offset: 0xa5f0, data });
      const start = length & 3;
      assert.equal(decode(record, start), start + record.length, record);
      assert.deepEqual([...bytes.subarray(4, 4 + length)], [...data]);
      assert.equal(decoder.head, 0x00f0a500 | length);
      assert.equal(decode(record, start, start + record.length - 1), 0, "not all there");
      assert.equal(decode(record, start, start + record.length), start + record.length);
    }
  });

  it("takes small letters once it is told to try, and no mixture of cases", () => {
    const capitals = hexRecord({ type: 4, offset: 0, data: [0xab, 0xcd] });
    const small = capitals.toLowerCase();
    const mixed = `${capitals.slice(0, 11)}${small.slice(11)}`;
    const taken = () => [capitals, small, mixed].map((record) => decode(record, 0) > 0);
    assert.deepEqual(taken(), [true, false, false]);
    decoder.tryOtherCase();
    assert.deepEqual(taken(), [false, true, false]);
    decoder.tryOtherCase();
    assert.deepEqual(taken(), [true, false, false]);
  });

  it("takes no character that is no digit, whatever checksum the record has", () => {
    const digits = "0123456789ABCDEF";
    for (const [place, digit] of [...":03000000A1B2C3"].entries()) {
      if (place < 9) continue;
      for (let code = 0; code < 256; code++) {
        const character = String.fromCharCode(code);
        const isDigit = digits.includes(character);
        let taken = 0;
        for (let checksum = 0; checksum < 256; checksum++) {
          const high = digits.charAt(checksum >> 4);
          const record = `:03000000A1B2C3${high}${digits.charAt(checksum & 15)}`;
          const changed = `${record.slice(0, place)}${character}${record.slice(place + 1)}`;
          if (decode(changed, code & 3) > 0) taken += 1;
        }
        assert.equal(taken, isDigit ? 1 : 0, `${code} for ${digit} at ${place}`);
      }
    }
  });

  it("takes no two characters that are no digits, whatever checksum the record has", () => {
    const odd = fc.integer({ min: 0, max: 255 });
    const place = fc.integer({ min: 9, max: 13 });
    fc.assert(
      fc.property(odd, odd, place, (one, other, at) => {
        const pair = String.fromCharCode(one, other);
        fc.pre(!/^[0-9A-F]{2}$/.test(pair));
        for (let checksum = 0; checksum < 256; checksum++) {
          const hex = checksum.toString(16).toUpperCase().padStart(2, "0");
          const record = `:03000000A1B2C3${hex}`;
          assert.equal(decode(record.slice(0, at) + pair + record.slice(at + 2), 0), 0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
