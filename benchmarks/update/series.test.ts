import assert from "node:assert/strict";
import { after, it } from "node:test";
import { before, describe } from "../../hw-test/board/testing/needs-engine.ts";
import { buildImage } from "../../tools/build/image.ts";
import { BenchRig } from "../tracker/rig.ts";
import { updateSeries } from "./series.ts";

/** `npm run bench -- series` makes 20. */
const UPDATES = 5;

describe("updates in a row", { timeout: 600_000 }, () => {
  let rig: BenchRig;

  before(async () => {
    rig = await BenchRig.start();
  });

  after(() => rig.stop());

  it("leave neither heap nor store behind", async () => {
    const from = await buildImage({ version: "1.0.0" });
    const to = await buildImage({ version: "1.0.1" });
    const leftovers = await updateSeries(rig, { from, to }, UPDATES);
    const versions = leftovers.map(({ version }) => version);
    assert.deepEqual(versions, ["1.0.1", "1.0.0", "1.0.1", "1.0.0", "1.0.1"]);
    assert.ok(leftovers.every(({ heapBytes, storeBytes }) => heapBytes > 0 && storeBytes > 0));
    // The first is made by a tracker that has no trial behind it.
    assert.deepEqual(leftovers[3], leftovers[1]);
    assert.deepEqual(leftovers[4], leftovers[2]);
  });
});
