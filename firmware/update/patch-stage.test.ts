import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { NorFlash } from "../../hw-test/model/nor-flash.ts";
import { makePatch } from "../../tools/patch/make-patch.ts";
import type { Digest } from "../ports/digest.ts";
import { PatchStage } from "./patch-stage.ts";

const geometry = { byteLength: 64 * 1024, blockLength: 4096, writeAlign: 4, eraseValue: 0xff };
const old = Uint8Array.from({ length: 40_000 }, (_, at) => (at * 31 + (at >> 7)) & 0xff);
const next = old.map((byte, at) => (at === 20_000 ? byte ^ 1 : byte));

function newSha256(): Digest {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), finish: () => hash.digest() };
}

describe("the stage of a patch", () => {
  it("makes a page of the image a turn, whatever few bytes stand for", () => {
    const made = new Uint8Array(next.byteLength);
    let inTurn = 0;
    const stage = new PatchStage(
      (offset, bytes, length) => {
        made.set(bytes.subarray(0, length), offset);
        inTurn += length;
      },
      { primary: new NorFlash(geometry, old), secondary: new NorFlash(geometry), newSha256 },
    );
    const patch = makePatch(old, next);
    assert.ok(patch.byteLength < 200, `${patch.byteLength} bytes`);
    let turns = 0;
    let isDone = stage.push(patch, patch.byteLength);
    for (;;) {
      assert.ok(inTurn <= geometry.blockLength + 256, `${inTurn} bytes in a turn`);
      inTurn = 0;
      turns += 1;
      if (isDone) break;
      isDone = stage.proceed();
    }
    stage.end();
    assert.deepEqual(made, next);
    assert.ok(turns > next.byteLength / geometry.blockLength);
  });
});
