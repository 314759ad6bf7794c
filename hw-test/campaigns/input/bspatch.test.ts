import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { applyPatch } from "../../../tools/patch/apply-patch.ts";
import { makePatch } from "../../../tools/patch/make-patch.ts";
import { BrokenInvariant } from "../../desk/broken-invariant.ts";
import { firmwaresFor } from "../../desk/firmwares.ts";
import { trackerMap } from "../../desk/geometries.ts";
import { cleanPlan } from "../../desk/plan.ts";
import { Random } from "../../desk/random.ts";
import { BspatchOracle, bspatchIsMissing, type Made } from "./bspatch.ts";
import { anyPatch } from "./patch-files.ts";
import { referenceApply } from "./patch-reference.ts";

const IMAGE_MAX_BYTES = 200_000;
const skip = bspatchIsMissing() ?? false;

/** What the firmware's reader makes of it; undefined: nothing. */
function made(old: Uint8Array, patch: Uint8Array): Made | undefined {
  const { image, commands } = referenceApply(old, patch, IMAGE_MAX_BYTES);
  if (image === undefined) return undefined;
  return { old, commands, image: applyPatch(old, patch, IMAGE_MAX_BYTES), told: () => "this one" };
}

/** Sound ones, and damaged ones that make an image all the same. */
function manyMade(): Made[] {
  const random = new Random(4);
  const patches = Array.from({ length: 800 }, () => anyPatch(random));
  return patches.flatMap(({ old, patch }) => made(old, patch) ?? []);
}

describe("Debian's bspatch", { skip }, () => {
  it("makes of a firmware's patch, and of its packed image, what the reader makes", () => {
    const plan = { ...cleanPlan, way: "patch" } as const;
    const { old, offered } = firmwaresFor(trackerMap("nrf9160"), plan);
    const oracle = new BspatchOracle();
    for (const base of [old.image, undefined]) {
      const one = made(base ?? new Uint8Array(0), makePatch(base, offered.image));
      assert.ok(one !== undefined && one.commands.length > 0);
      assert.deepEqual(one.image, offered.image);
      oracle.add(one);
    }
    assert.doesNotThrow(() => oracle.settle());
  });

  it("makes it of many at once, each from an old image of its own", () => {
    const oracle = new BspatchOracle();
    const many = manyMade();
    assert.ok(many.length > 100, `${many.length} patches`);
    for (const one of many) oracle.add(one);
    assert.doesNotThrow(() => oracle.settle());
  });

  it("is believed where one byte of one image is another", () => {
    const oracle = new BspatchOracle();
    const many = manyMade();
    for (const one of many) oracle.add(one);
    const last = many.at(-1);
    assert.ok(last !== undefined);
    const image = last.image.with(0, (last.image[0] ?? 0) ^ 1);
    oracle.add({ ...last, image });
    assert.throws(
      () => oracle.settle(),
      new BrokenInvariant("bspatch makes another image: this one"),
    );
    assert.doesNotThrow(() => oracle.settle(), "none is left");
  });
});
