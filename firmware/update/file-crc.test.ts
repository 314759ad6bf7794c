import assert from "node:assert/strict";
import { describe, it } from "node:test";
import CRC32 from "crc-32";
import fc from "fast-check";
import { FileCrc } from "./file-crc.ts";

/** CRC of the first `length` bytes, by another implementation. */
function expected(file: Uint8Array, length: number): number {
  return CRC32.buf(file.subarray(0, length), 0) >>> 0;
}

/** The largest of `starts` at or before `offset`. */
function lastStart(starts: readonly number[], offset: number): number {
  return Math.max(...starts.filter((start) => start <= offset));
}

const files = fc.record({
  file: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  cuts: fc.array(fc.nat(200), { maxLength: 8 }),
  records: fc.array(fc.nat(200), { maxLength: 20 }),
});

describe("file CRC", () => {
  it("knows the value at each record's start, whichever chunk that is in", () => {
    fc.assert(
      fc.property(files, ({ file, cuts, records }) => {
        const ends = [...new Set([...cuts.filter((cut) => cut < file.length), file.length])]
          .sort((one, other) => one - other)
          .filter((end) => end > 0);
        const starts = [...new Set([0, ...records.filter((start) => start < file.length)])];
        starts.sort((one, other) => one - other);
        const crc = new FileCrc({ offset: 0, value: 0 });
        const buffer = new Uint8Array(200);
        let chunkStart = 0;
        for (const end of ends) {
          buffer.fill(0).set(file.subarray(chunkStart, end));
          crc.begin(buffer, chunkStart);
          // A record may have begun in an earlier chunk and be delivered in this one.
          const pending = lastStart(starts, chunkStart);
          for (const start of [pending, ...starts.filter((at) => at > chunkStart && at < end)]) {
            assert.equal(crc.at(start), expected(file, start));
          }
          crc.end(end - chunkStart, lastStart(starts, end - 1));
          chunkStart = end;
        }
        assert.equal(crc.total(), expected(file, file.length));
      }),
    );
  });

  it("goes on from a saved value", () => {
    const file = Uint8Array.from({ length: 100 }, (_, index) => index * 7);
    const crc = new FileCrc({ offset: 40, value: expected(file, 40) });
    const rest = file.slice(40);
    crc.begin(rest, 40);
    assert.equal(crc.at(40), expected(file, 40));
    assert.equal(crc.at(77), expected(file, 77));
    crc.end(rest.length, 90);
    assert.equal(crc.total(), expected(file, 100));
  });
});
