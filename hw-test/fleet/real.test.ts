import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { engineIsMissing } from "../board/program.ts";
import { type RealFigures, runReal } from "./real.ts";
import { runSample } from "./testing/sample.ts";

/** A download that takes longer than the interval of progress is told of more often. */
const PROGRESS_S = 10;

/** The figures of an update are the model's; an image of another size has other ranges. */
function assertAsModelled(real: RealFigures): void {
  const { trackers } = real;
  const { rates, connections, problems } = runSample({ trackers, map: "nrf9160" });
  assert.deepEqual(problems, []);
  assert.deepEqual(real.running, { "1.0.1": trackers });
  assert.equal(real.startNext, rates.startNext.total);
  assert.equal(real.describe, rates.describe.total);
  assert.ok(real.update >= 3 * trackers && rates.update.total >= 3 * trackers);
  assert.ok(real.update <= (3 + real.seconds / PROGRESS_S) * trackers, `${real.update} updates`);
  assert.equal(real.shadow, trackers);
  assert.deepEqual(real.connections, connections);
  assert.equal(real.fileRequests, Math.ceil(real.hexBytes / 262_144) * trackers);
  const each = (bytes: number): number => bytes / trackers;
  // Both ways inside TLS: the file, its heads, and 14 messages.
  assert.ok(each(real.bytesDown) - real.hexBytes < 8_000, `${each(real.bytesDown)} down`);
  assert.ok(each(real.bytesUp) < 3_500, `${each(real.bytesUp)} up`);
}

describe("real trackers over TLS ask as often as the model's", { timeout: 600_000 }, () => {
  it("as Node processes", async () => {
    assertAsModelled(await runReal({ trackers: 4, board: "node" }));
  });

  it("on XS", { skip: engineIsMissing() }, async () => {
    assertAsModelled(await runReal({ trackers: 3, board: "linux" }));
  });
});
