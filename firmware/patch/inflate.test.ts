import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { Failure } from "../failure.ts";
import { Inflate, WINDOW_BYTES } from "./inflate.ts";

const MAX_BYTES = 60_000;

type Result = { readonly output: Buffer } | { readonly refused: string };

/** A stream of its own and nothing behind it, in pieces of `pieceBytes`. */
function inflate(stream: Uint8Array, pieceBytes: number, maxBytes = MAX_BYTES): Result {
  const decoder = new Inflate(new Uint8Array(WINDOW_BYTES));
  decoder.begin(maxBytes);
  const output: Uint8Array[] = [];
  try {
    for (let from = 0; from < stream.length; from += pieceBytes) {
      const to = Math.min(stream.length, from + pieceBytes);
      let at = from;
      do {
        at = decoder.decode(stream, at, to);
        output.push(decoder.window.slice(decoder.start, decoder.end));
      } while (decoder.start < decoder.end);
      if (at < to) return { refused: "ends before its input" };
    }
  } catch (error) {
    assert.ok(error instanceof Failure && error.code === "PATCH_DEFLATE");
    return { refused: error.detail };
  }
  if (!decoder.isDone) return { refused: "no end" };
  if (decoder.hasUnused) return { refused: "ends before its input" };
  return { output: Buffer.concat(output) };
}

function zlibInflate(stream: Uint8Array): Buffer | undefined {
  try {
    const { buffer, engine } = inflateRawSync(stream, {
      info: true,
      windowBits: 11,
      maxOutputLength: MAX_BYTES,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    return engine.bytesWritten === stream.length ? buffer : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes that repeat, at short and long distances. */
const texts = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc
    .tuple(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(11), { maxLength: 700 }),
    )
    .map(([words, order]) =>
      Buffer.concat(
        order.map((index) => words[index % words.length] ?? words[0] ?? new Uint8Array(1)),
      ),
    ),
  fc.nat(20_000).map((length) => new Uint8Array(length)),
);

const streams = fc
  .tuple(
    texts,
    fc.constantFrom(0, 1, 6, 9),
    fc.constantFrom(
      constants.Z_DEFAULT_STRATEGY,
      constants.Z_FIXED,
      constants.Z_HUFFMAN_ONLY,
      constants.Z_RLE,
    ),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(([text, level, strategy, memLevel]) => ({
    text,
    stream: new Uint8Array(deflateRawSync(text, { level, strategy, memLevel, windowBits: 11 })),
  }));

const pieces = fc.constantFrom(1, 2, 7, 100, 100_000);

describe("inflate", () => {
  it("gives what was deflated, in any pieces, by every kind of block", () => {
    fc.assert(
      fc.property(streams, pieces, ({ text, stream }, pieceBytes) => {
        const result = inflate(stream, pieceBytes);
        assert.ok("output" in result, JSON.stringify(result));
        assert.ok(result.output.equals(text));
      }),
      { numRuns: 400 },
    );
  });

  it("of a damaged stream says what zlib says: the same bytes, or that it is none", () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.boolean()), {
      minLength: 1,
      maxLength: 4,
    });
    let accepted = 0;
    fc.assert(
      fc.property(streams, damage, pieces, ({ stream }, changes, pieceBytes) => {
        const damaged = stream.slice();
        // The head of a block has most of the ways to be wrong.
        for (const [at, value, atHead] of changes) {
          damaged[at % Math.min(damaged.length, atHead ? 40 : damaged.length)] = value;
        }
        accepted += compareWithZlib(damaged, pieceBytes) ? 1 : 0;
      }),
      { numRuns: 4000 },
    );
    assert.ok(accepted > 200, `${accepted} of the damaged streams were some`);
  });

  it("refuses codes that are not whole, as zlib does", () => {
    // A block of dynamic codes, two of its literals with two bits each: half of the codes mean nothing.
    const lengthCodes = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0];
    const stream = packBits([
      [1, 1],
      [2, 2],
      [0, 5],
      [0, 5],
      [15, 4],
      ...lengthCodes.map((length) => [length, 3] as const),
      // 97 zeros, a two, 158 zeros, a two; the distances have one code of one bit.
      ...[
        [0, 1],
        [86, 7],
        [3, 2],
        [0, 1],
        [127, 7],
        [0, 1],
        [9, 7],
        [3, 2],
        [1, 2],
      ],
      // The end of the block, and nothing before it.
      [2, 2],
    ] as readonly (readonly [number, number])[]);
    assert.equal(compareWithZlib(stream, 3), false);
  });

  it("of random bytes too", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), pieces, (stream, pieceBytes) => {
        compareWithZlib(stream, pieceBytes);
      }),
      { numRuns: 20_000 },
    );
  });

  it("takes no more output than was promised, and that much", () => {
    for (const text of [Buffer.alloc(5000), Buffer.from("abcdefgh".repeat(300))]) {
      for (const level of [0, 9]) {
        const stream = deflateRawSync(text, { level, windowBits: 11 });
        assert.ok("output" in inflate(stream, 10, text.length));
        const result = inflate(stream, 10, text.length - 1);
        assert.deepEqual(result, { refused: "longer than the chunk length" });
      }
    }
  });

  it("starts anew with nothing of the stream before", () => {
    const decoder = new Inflate(new Uint8Array(WINDOW_BYTES));
    decoder.begin(100);
    decoder.decode(deflateRawSync(Buffer.alloc(50)), 0, 4);
    decoder.begin(100);
    // A last block of fixed codes: length 3 at distance 1, before anything was there.
    const stream = Uint8Array.of(0x03, 0x02, 0x00);
    assert.equal(zlibInflate(stream), undefined);
    const isRefused = (error: unknown) =>
      error instanceof Failure && error.detail === "a reference to before the start";
    assert.throws(() => decoder.decode(stream, 0, 3), isRefused);
  });
});

/** @returns whether both took it */
function compareWithZlib(stream: Uint8Array, pieceBytes: number): boolean {
  const result = inflate(stream, pieceBytes);
  const expected = zlibInflate(stream);
  if ("output" in result) {
    assert.ok(expected?.equals(result.output), "another output than zlib's");
    return true;
  }
  // zlib's own window is larger where its output is in one piece.
  const isKnown = result.refused.startsWith("a distance of");
  assert.ok(expected === undefined || isKnown, `refused: ${result.refused}`);
  return false;
}

/** Numbers of so many bits, lowest bit first (RFC 1951, 3.1.1). */
function packBits(numbers: readonly (readonly [number, number])[]): Uint8Array {
  const bits = numbers.flatMap(([value, count]) =>
    Array.from({ length: count }, (_, at) => (value >> at) & 1),
  );
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, index) =>
    bits.slice(index * 8, index * 8 + 8).reduce((sum, bit, at) => sum | (bit << at), 0),
  );
}
