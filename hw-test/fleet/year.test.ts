import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runYear } from "./year.ts";

describe("a tracker that updates itself day after day", () => {
  it("wears its flash and its store at one rate, and keeps nothing", () => {
    const {
      updates,
      outages,
      powerCuts,
      erases,
      store,
      alarms,
      jobsRequests,
      lastUpdateS,
      running,
    } = runYear({ updateDays: 14, quietDays: 51 });
    assert.deepEqual([updates, outages, powerCuts, running], [15, 2, 2, "1.0.1"]);
    // Firmware once and MCUboot's swap once; a download that was cut may have begun a page.
    assert.ok(erases.secondary <= 2 * updates + powerCuts, `${erases.secondary} of one page`);
    assert.ok(erases.primary <= 2 * updates, `${erases.primary} of one page`);
    assert.ok(store.changes <= 20 * updates + 10 * powerCuts, `${store.changes} changes`);
    assert.ok(store.logBytes <= 3_000 * updates, `${store.logBytes} bytes`);
    // The job's number has one digit more.
    const [heldBefore, heldAfter] = store.heldBytes;
    assert.ok(heldAfter <= heldBefore + 8, `${heldBefore} -> ${heldAfter} bytes`);
    assert.deepEqual(alarms[1], alarms[0]);
    // Two start-next, a description, three updates; and one more after each outage.
    assert.ok(jobsRequests <= 6 * updates + 3 * (outages + powerCuts) + 1, `${jobsRequests}`);
    assert.ok(lastUpdateS < 240, `${lastUpdateS} s after 51 quiet days`);
  });
});
