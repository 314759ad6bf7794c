import assert from "node:assert/strict";
import { after, it } from "node:test";
import { before, describe } from "../../hw-test/board/testing/needs-engine.ts";
import { buildImage } from "../../tools/build/image.ts";
import { BenchRig } from "../tracker/rig.ts";
import { updateSeries } from "./series.ts";
import { GROWTH_MAX_BYTES, growth, soak } from "./soak.ts";

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

  it("leave nothing behind either where the power fails and downloads break", async () => {
    const from = await buildImage({ version: "1.0.0" });
    const to = await buildImage({ version: "1.0.1" });
    const { leftovers, powerCuts, erases } = await soak(rig, { from, to }, 8);
    assert.deepEqual([leftovers.length, powerCuts], [8, 2]);
    for (const what of ["heapBytes", "storeBytes"] as const) {
      assert.ok(growth(leftovers, what) <= GROWTH_MAX_BYTES, `${what}: ${growth(leftovers, what)}`);
    }
    // Once by the firmware and once by the swap, and a page that a cut has spoilt.
    assert.ok(erases.secondary <= 2 * 8 + 2, `${erases.secondary} of one page`);
    assert.ok(erases.store <= 4, `${erases.store} of a page of the store`);
  });
});
