import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { linkProfiles, parseLinkProfile } from "../link-profile.ts";
import { Air } from "./air.ts";
import { TestTiming } from "./testing/timing.ts";

function makeAir(name: string, seed = 1): { air: Air; timing: TestTiming } {
  const timing = new TestTiming();
  return { timing, air: new Air({ profile: parseLinkProfile(name), timing, seed }) };
}

/** When each of `count` segments of `byteCount` bytes, sent together at 0 ms, arrives. */
function arrivals(name: string, options: { count: number; byteCount: number }): number[] {
  const { air, timing } = makeAir(name);
  const arrivedAtMs: number[] = [];
  for (let index = 0; index < options.count; index++) {
    air.carry(options.byteCount, () => arrivedAtMs.push(timing.nowMs()));
  }
  timing.runAll();
  return arrivedAtMs;
}

describe("Air", () => {
  it("carries at once without a model", () => {
    const { air } = makeAir("none");
    let arrived = false;
    air.carry(2048, () => {
      arrived = true;
    });
    assert.equal(arrived, true);
  });

  it("takes half a round trip and the time of the bytes before", () => {
    // 1,500 bytes at 300 kbit/s: 40 ms each.
    assert.deepEqual(arrivals("lte-m", { count: 3, byteCount: 1500 }), [90, 130, 170]);
    // 750 bytes at 60 kbit/s: 100 ms each.
    assert.deepEqual(arrivals("nb-iot", { count: 2, byteCount: 750 }), [600, 700]);
  });

  it("keeps the order when the profile gets faster under way, and in an arrival", () => {
    const { air, timing } = makeAir("nb-iot");
    const order: string[] = [];
    air.carry(1, () => {
      order.push("first");
      air.profile = linkProfiles.none;
      air.carry(1, () => order.push("third"));
    });
    air.carry(1, () => order.push("second"));
    timing.runAll();
    assert.deepEqual(order, ["first", "second", "third"]);
  });

  it("repeats lost segments late, in order, the same for a seed", () => {
    const run = () => arrivals("lossy", { count: 400, byteCount: 375 });
    const clean = arrivals("lte-m", { count: 400, byteCount: 375 });
    const lossy = run();
    assert.deepEqual(lossy, run());
    assert.deepEqual(
      lossy,
      [...lossy].sort((one, other) => one - other),
    );
    const repeats = Math.round(((lossy.at(-1) ?? 0) - (clean.at(-1) ?? 0)) / 1000);
    assert.ok(repeats >= 2 && repeats <= 20, `${repeats} of 400 repeated at 2 %`);
  });
});

describe("parseLinkProfile", () => {
  it("knows its names and refuses others in one line", () => {
    assert.equal(parseLinkProfile("lte-m"), linkProfiles["lte-m"]);
    assert.throws(() => parseLinkProfile("toString"), /^UsageError: --link toString: .*nb-iot/);
  });
});
