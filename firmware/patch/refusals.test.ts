import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { deflateRawSync } from "node:zlib";
import { applyPatch } from "../../tools/patch/apply-patch.ts";
import { Failure, type FailureCode } from "../failure.ts";

const old = Uint8Array.from({ length: 100 }, (_, at) => at);
const IMAGE_MAX_BYTES = 1000;

interface Parts {
  readonly magic: string;
  readonly newBytes: number;
  readonly oldBytes: number;
  readonly chunkBytes: number;
  /** Commands as bytes, each list a chunk. */
  readonly chunks: readonly (readonly number[])[];
  /** Whole chunks instead, with their length field. */
  readonly raw: Uint8Array;
}

/** Copies ten bytes as they are, twice in a chunk of its own; with one thing wrong. */
function patchWith(wrong: Partial<Parts>): Uint8Array {
  const { magic = "TFP1", newBytes = 20, oldBytes = 100, chunkBytes = 64 } = wrong;
  const head = Buffer.alloc(14);
  head.write(magic, "latin1");
  head.writeUInt32LE(newBytes, 4);
  head.writeUInt32LE(oldBytes, 8);
  head.writeUInt16LE(chunkBytes, 12);
  const digest = oldBytes > 0 ? createHash("sha256").update(old).digest() : Buffer.alloc(0);
  const chunks = (wrong.chunks ?? [COPY_10, COPY_10]).map((bytes) =>
    chunkOf(deflateRawSync(Uint8Array.from(bytes))),
  );
  return new Uint8Array(Buffer.concat([head, digest, ...(wrong.raw ? [wrong.raw] : chunks)]));
}

function chunkOf(stream: Uint8Array, length = stream.length): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.of(length & 0xff, length >> 8), stream]));
}

/** Seek 0, copy 10, no extra bytes; the diff: a zero and nine more. */
const COPY_10 = [0, 10, 0, 0, 9];
const stream = deflateRawSync(Uint8Array.from([...COPY_10, ...COPY_10]));

const refused: readonly (readonly [string, FailureCode, RegExp, Partial<Parts>])[] = [
  ["another magic", "PATCH_FORMAT", /version 1/, { magic: "TFP2" }],
  ["no chunk length", "PATCH_FORMAT", /chunks of 0 bytes/, { chunkBytes: 0 }],
  ["too long chunks", "PATCH_FORMAT", /chunks of 16385/, { chunkBytes: 16_385 }],
  ["no new image", "PATCH_RANGE", /an image of 0/, { newBytes: 0 }],
  ["a new image beyond the slot", "PATCH_RANGE", /an image of 1001/, { newBytes: 1001 }],
  ["an old image beyond the slot", "PATCH_BASE", /more than the slot/, { oldBytes: 101 }],
  ["an old image of another length", "PATCH_BASE", /not the one/, { oldBytes: 99 }],
  ["a seek to before the old image", "PATCH_RANGE", /seeks to -1/, { chunks: [[1, 10, 0, 0, 9]] }],
  ["a seek behind it", "PATCH_RANGE", /seeks to 101/, { chunks: [[0xca, 1, 0, 1, 7]] }],
  ["a copy out of it", "PATCH_RANGE", /copies 20 from 81/, { chunks: [[0xa2, 1, 20, 0, 0, 19]] }],
  ["a copy beyond the new image", "PATCH_RANGE", /21 more after 0 of 20/, { chunks: [[0, 21, 0]] }],
  ["extra bytes beyond it", "PATCH_RANGE", /11 more after 10/, { chunks: [COPY_10, [0, 0, 11]] }],
  ["a command of nothing", "PATCH_FORMAT", /makes nothing/, { chunks: [[0, 0, 0]] }],
  ["zeros beyond a copy", "PATCH_FORMAT", /11 unchanged/, { chunks: [[0, 10, 0, 0, 10]] }],
  ["a long number", "PATCH_FORMAT", /four bytes/, { chunks: [[0, 0x80, 0x80, 0x80, 0x80, 0]] }],
  ["half a command in a chunk", "PATCH_FORMAT", /beyond its chunk/, { chunks: [[0, 10, 0, 0]] }],
  ["half a number in a chunk", "PATCH_FORMAT", /beyond its chunk/, { chunks: [[0x80]] }],
  ["an early end", "PATCH_FORMAT", /before the image is whole/, { chunks: [COPY_10] }],
  ["something behind the end", "PATCH_FORMAT", /follows/, { chunks: [COPY_10, COPY_10, COPY_10] }],
  [
    "a chunk longer than promised",
    "PATCH_DEFLATE",
    /longer than/,
    { chunkBytes: 9, raw: chunkOf(stream) },
  ],
  [
    "a stream beyond its chunk",
    "PATCH_DEFLATE",
    /goes on/,
    { raw: chunkOf(stream, stream.length - 1) },
  ],
  [
    "a stream shorter than its chunk",
    "PATCH_DEFLATE",
    /ends before/,
    { raw: chunkOf(Buffer.concat([stream, Buffer.of(0)])) },
  ],
  [
    "a stream much shorter than its chunk",
    "PATCH_DEFLATE",
    /ends before/,
    { raw: chunkOf(Buffer.concat([stream, Buffer.alloc(9)])) },
  ],
  ["no stream in a chunk", "PATCH_DEFLATE", /goes on/, { raw: chunkOf(Buffer.of()) }],
  ["no deflate stream", "PATCH_DEFLATE", /a block of no type/, { raw: chunkOf(Buffer.of(7, 0)) }],
];

describe("a patch", () => {
  it("that is sound makes the image", () => {
    const made = applyPatch(old, patchWith({}), IMAGE_MAX_BYTES);
    assert.deepEqual(
      [...made],
      Array.from({ length: 20 }, (_, at) => at),
    );
    assert.deepEqual(applyPatch(old, patchWith({ raw: chunkOf(stream) }), IMAGE_MAX_BYTES), made);
  });

  for (const [what, code, detail, parts] of refused) {
    it(`with ${what} is refused`, () => {
      assert.throws(
        () => applyPatch(old, patchWith(parts), IMAGE_MAX_BYTES),
        (error) => {
          assert.ok(error instanceof Failure, String(error));
          assert.equal(`${error.code} ${detail.test(error.detail)}`, `${code} true`, error.detail);
          assert.match(error.detail, /^byte \d+: /);
          return true;
        },
      );
    });
  }

  it("is refused where it ends, wherever that is", () => {
    const patch = patchWith({});
    for (let length = 0; length < patch.length; length++) {
      const isEnd = (error: unknown) => error instanceof Failure && error.code === "PATCH_FORMAT";
      assert.throws(() => applyPatch(old, patch.subarray(0, length), IMAGE_MAX_BYTES), isEnd);
    }
  });
});
