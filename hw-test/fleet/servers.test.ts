import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runSample } from "./testing/sample.ts";

describe("a thousand trackers", () => {
  it("whose file server is busy for ten minutes are done soon after it", () => {
    const { problems, secondsTo, fileRetries } = runSample({ storm: "s3" });
    assert.deepEqual(problems, []);
    // The longest wait of the back-off, and the update itself.
    assert.ok((secondsTo["100"] ?? Infinity) < 600 + 300 + 60, `${secondsTo["100"]} s`);
    assert.ok(fileRetries < 12 * 1000, `${fileRetries} requests in vain`);
  });

  it("that hear of a job in one moment do not ask for it in one", () => {
    const { problems, rates } = runSample({ storm: "once" });
    assert.deepEqual(problems, []);
    // A second of 120, and half as much again for chance; as many ask for what comes after the job.
    assert.ok(rates.startNext.peak < 40, `${rates.startNext.peak} start-next in a second`);
    assert.equal(rates.startNext.total, 2 * 1000, "one for the job, one for what comes after it");
    assert.equal(rates.update.total, 3 * 1000, "the download, the reset, the end");
  });

  it("whom the Jobs service throttles put their requests again, and lose none", () => {
    const { problems, executions, throttledRequests, rates, secondsTo } = runSample({
      storm: "throttle",
    });
    assert.deepEqual([problems, executions], [[], { SUCCEEDED: 1000 }]);
    assert.ok(throttledRequests > 100, `${throttledRequests} refused`);
    // Each is refused once or twice, not by the dozen.
    assert.ok(rates.update.total < 2 * 3 * 1000, `${rates.update.total} updates`);
    assert.ok((secondsTo["100"] ?? Infinity) < 240, `${secondsTo["100"]} s`);
  });

  it("that share cells of 1 Mbit/s by the 200 all get through", () => {
    const { problems, secondsTo, fileRetries } = runSample({ storm: "cell" });
    assert.deepEqual([problems, fileRetries], [[], 0]);
    assert.ok((secondsTo["100"] ?? Infinity) < 240, `${secondsTo["100"]} s`);
  });
});
