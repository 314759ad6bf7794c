import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { deflateSmallest } from "./deflate.ts";

const WINDOW_BYTES = 2048;

function assertSame(bytes: Uint8Array): void {
  const stream = deflateSmallest(bytes, WINDOW_BYTES);
  const { buffer, engine } = inflateRawSync(stream, { info: true, windowBits: 11 }) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  assert.deepEqual(new Uint8Array(buffer), Uint8Array.from(bytes));
  assert.equal(engine.bytesWritten, stream.length);
}

describe("our deflate", () => {
  it("makes streams that zlib inflates, with a window of 2 KB, to what they were made of", () => {
    const pieces = fc.array(
      fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 120 })),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const repeated = parts.flatMap(([part, times]) => Array<Uint8Array>(times).fill(part));
        assertSame(Buffer.concat(repeated).subarray(0, 16_384));
      }),
      { numRuns: 60 },
    );
  });

  it("makes one of nothing, of one byte, of every length of a match and any distance", () => {
    assertSame(new Uint8Array(0));
    assertSame(Uint8Array.of(7));
    for (let length = 1; length <= 300; length++) assertSame(new Uint8Array(length).fill(9));
    for (let gap = 1; gap <= 2060; gap += gap < 40 ? 1 : 101) {
      const noise = Uint8Array.from({ length: gap }, (_, at) => (at * at * 31 + at) >> 3);
      assertSame(Buffer.concat([Buffer.from("marked"), noise, Buffer.from("marked")]));
    }
  });

  it("has codes within 15 bits, however uneven the bytes are", () => {
    const counts = Array.from({ length: 17 }, (_, at) => Math.round(1.62 ** at));
    const steps = counts.flatMap((count, at) => Array<number>(count).fill(at));
    // No two neighbours come twice, or matches would take the place of bytes.
    const shuffled = steps.map((_, at) => steps[(at * 7919) % steps.length] ?? 0);
    assertSame(Uint8Array.from(shuffled));
  });

  it("is shorter than zlib's where much nearly repeats", () => {
    const words = Array.from({ length: 90 }, (_, at) => `call${(at * at) % 83} load${at % 7} `);
    const text = Array.from({ length: 1500 }, (_, at) => words[(at * at * 3 + at) % 90]).join("");
    const bytes = Buffer.from(text).subarray(0, 16_384);
    const theirs = deflateRawSync(bytes, { level: 9, windowBits: 11 }).length;
    const { length } = deflateSmallest(bytes, WINDOW_BYTES);
    assert.ok(length < theirs, `${length} of ${theirs}`);
  });
});
