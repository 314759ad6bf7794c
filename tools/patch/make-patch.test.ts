import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Failure } from "../../firmware/failure.ts";
import { applyPatch } from "./apply-patch.ts";
import { makePatch } from "./make-patch.ts";

/** Bytes that no two places share, by a counter and a fixed mixing of it. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

describe("a patch that is made", () => {
  const old = noise(40_000, 1);

  it("is small where little changed, wherever that is", () => {
    const inserted = new Uint8Array(
      Buffer.concat([old.subarray(0, 9000), noise(100, 2), old.subarray(9000)]),
    );
    const moved = new Uint8Array(Buffer.concat([old.subarray(25_000), old.subarray(0, 25_000)]));
    // As the addresses behind an insertion: every 40th byte is one more.
    const shifted = old.map((byte, at) => (at % 40 === 7 ? byte + 1 : byte));
    for (const [next, atMost] of [
      [old, 70],
      [inserted, 190],
      [moved, 90],
      [shifted, 300],
    ] as const) {
      const patch = makePatch(old, next);
      assert.ok(patch.length <= atMost, `${patch.length} bytes, at most ${atMost}`);
    }
  });

  it("is hardly longer than what it packs where nothing can be packed", () => {
    const packed = makePatch(undefined, old);
    assert.ok(packed.length < old.length * 1.005, `${packed.length} bytes`);
    assert.deepEqual(applyPatch(noise(9, 9), packed, old.length), old);
  });

  it("has chunks that start nowhere but between commands, however short they are", () => {
    const next = old.map((byte, at) => (at % 3 === 0 ? byte + 1 : byte));
    assert.deepEqual(applyPatch(old, makePatch(old, next, 64), next.length), next);
  });

  it("takes its time in proportion for images of one value, or of a short period", () => {
    const length = 1 << 20;
    const blank = new Uint8Array(length).fill(0xff);
    const period = blank.map((_, at) => at % 7);
    for (const [from, to] of [
      [blank, period],
      [period, period.map((byte, at) => (at % 1001 === 0 ? 9 : byte))],
      [blank, blank.map((byte, at) => (at % 37 === 0 ? at : byte))],
    ] as const) {
      assert.ok(makePatch(from, to).length < 50_000);
    }
  });

  it("is refused onto another image", () => {
    const patch = makePatch(old, noise(500, 3));
    const isBase = (error: unknown) => error instanceof Failure && error.code === "PATCH_BASE";
    assert.throws(() => applyPatch(old.with(39_999, 0), patch, 500), isBase);
  });
});
