import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runSample } from "./testing/sample.ts";

describe("a thousand trackers", () => {
  it("whose power comes back in one moment connect at different times", () => {
    const { problems, rates, running } = runSample({ storm: "power" });
    assert.deepEqual(problems, []);
    assert.deepEqual(running, { "1.0.1": 1000 });
    assert.ok(rates.connects.peak < 60, `${rates.connects.peak} connects in a second`);
  });

  it("whose broker restarts come back at different times", () => {
    const { problems, rates } = runSample({ storm: "broker" });
    assert.deepEqual(problems, []);
    assert.ok(rates.connects.peak < 40, `${rates.connects.peak} connects in a second`);
    // Two refused while it is down, and those that a trial may not wait with.
    assert.ok(rates.connects.total < 3 * 1000, `${rates.connects.total} connects`);
  });

  it("that a sick release reaches are few, and all of them go back", () => {
    const { problems, jobStatus, touched, reverts, running } = runSample({
      release: "sick",
      rate: 100,
    });
    assert.deepEqual([problems, jobStatus, running], [[], "CANCELED", { "1.0.0": 1000 }]);
    assert.ok(touched >= 100 && touched < 400, `${touched} have begun it`);
    assert.equal(reverts, touched);
  });
});
