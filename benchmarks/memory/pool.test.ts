import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { kitIsMissing } from "../../hw-test/dev-kit/program.ts";
import { buildImage } from "../../tools/build/image.ts";
import { imageHash } from "../../tools/image/mcuboot.ts";
import { makePatch } from "../../tools/patch/make-patch.ts";
import { BenchRig } from "../tracker/rig.ts";
import { IDLE_POOL_GOAL_BYTES, PATCH_POOL_GOAL_BYTES, UPDATE_POOL_GOAL_BYTES } from "./memory.ts";
import { type Images, idles, updates } from "./pool.ts";

const skip = (await kitIsMissing()) ?? false;

// On the Cortex-M4, whose slots have 16 bytes wherever this runs.
describe("a pool of the size that is promised", { skip }, () => {
  const board = "cortex-m";
  let rig: BenchRig;
  let images: Images;
  before(async () => {
    images = {
      from: await buildImage({ version: "1.0.0" }),
      to: await buildImage({ version: "1.0.1" }),
    };
    rig = await BenchRig.start();
  });
  after(() => rig.stop());

  it("is enough to be connected and idle", async () => {
    assert.equal(await idles(rig, images, IDLE_POOL_GOAL_BYTES, board), true);
  });

  it("is enough for an update by its HEX file", async () => {
    assert.equal(await updates(rig, images, UPDATE_POOL_GOAL_BYTES, { board }), true);
  });

  it("is enough for an update by a patch", async () => {
    const bytes = makePatch(images.from.image, images.to.image);
    const patches = [{ from: imageHash(images.from.image), bytes }];
    assert.equal(await updates(rig, images, PATCH_POOL_GOAL_BYTES, { board, patches }), true);
  });
});
