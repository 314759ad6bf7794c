import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runSample } from "./testing/sample.ts";

describe("a thousand trackers", () => {
  it("whose file server is busy for ten minutes are done soon after it", () => {
    const { problems, secondsTo, fileRetries } = runSample({ storm: "s3" });
    assert.deepEqual(problems, []);
    // The longest wait of the back-off, and the update itself.
    assert.ok((secondsTo["100"] ?? Infinity) < 600 + 120 + 60, `${secondsTo["100"]} s`);
    assert.ok(fileRetries < 20 * 1000, `${fileRetries} requests in vain`);
  });

  it("that hear of a job in one moment do not ask for it in one", () => {
    const { problems, rates } = runSample({ storm: "once" });
    assert.deepEqual(problems, []);
    assert.ok(rates.startNext.peak < 100, `${rates.startNext.peak} start-next in a second`);
    assert.equal(rates.startNext.total, 2 * 1000, "one for the job, one for what comes after it");
  });

  it("that share cells of 1 Mbit/s by the 200 all get through", () => {
    const { problems, secondsTo, fileRetries } = runSample({ storm: "cell" });
    assert.deepEqual([problems, fileRetries], [[], 0]);
    assert.ok((secondsTo["100"] ?? Infinity) < 180, `${secondsTo["100"]} s`);
  });
});
