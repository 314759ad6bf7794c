import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Pieces } from "./pieces.ts";

/** Time that passes when a test says so. */
function handClock() {
  const alarms: (() => void)[] = [];
  return {
    timing: { nowMs: () => 0, after: (_: number, onDue: () => void) => void alarms.push(onDue) },
    pass: () => {
      for (const alarm of alarms.splice(0)) alarm();
    },
  };
}

const text = (bytes: Buffer | undefined) => bytes?.toString("latin1");

describe("Pieces", () => {
  it("without a size: what there is, at once", () => {
    const { timing } = handClock();
    const pieces = new Pieces({ pieceBytes: undefined, timing, onLate: assert.fail });
    pieces.push(Buffer.from("abc"));
    assert.equal(text(pieces.take(2)), "ab");
    assert.equal(text(pieces.take(2)), "c");
    assert.equal(pieces.take(2), undefined);
  });

  it("with a size: whole pieces, and the rest once nothing more comes", () => {
    const { timing, pass } = handClock();
    let late = 0;
    const pieces = new Pieces({ pieceBytes: 4, timing, onLate: () => late++ });
    pieces.push(Buffer.from("ab"));
    assert.equal(pieces.take(9), undefined);
    pieces.push(Buffer.from("cdef"));
    assert.equal(pieces.take(3), undefined, "no credit for a whole one");
    assert.equal(text(pieces.take(9)), "abcd");
    assert.equal(pieces.take(9), undefined);
    pass();
    assert.equal(late, 1, "once, after the last push");
    assert.equal(text(pieces.take(9)), "ef");
    assert.equal(pieces.byteLength, 0);
  });

  it("the sizes depend on the bytes alone, not on how they came", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: 8 }), (chunks, pieceBytes) => {
        const { timing, pass } = handClock();
        const pieces = new Pieces({ pieceBytes, timing, onLate: () => {} });
        const sizes: number[] = [];
        const takeAll = (): void => {
          for (let one = pieces.take(16); one !== undefined; one = pieces.take(16)) {
            sizes.push(one.byteLength);
          }
        };
        let total = 0;
        for (const length of chunks) {
          pieces.push(Buffer.alloc(length));
          total += length;
          takeAll();
        }
        pass();
        takeAll();
        const whole = Array.from({ length: Math.floor(total / pieceBytes) }, () => pieceBytes);
        const rest = total % pieceBytes;
        assert.deepEqual(sizes, rest > 0 ? [...whole, rest] : whole);
      }),
    );
  });
});
