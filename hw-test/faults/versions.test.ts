import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Desk, type DeskOptions } from "../desk/desk.ts";
import { slotAddresses } from "../desk/device.ts";
import { type Firmware, makeFirmware } from "../desk/images.ts";
import { Random } from "../desk/random.ts";
import { ended } from "./testing/releases.ts";

const built = (build: number): Firmware => {
  const { primary: address } = slotAddresses;
  const order = { version: `1.0.1+${build}`, flavour: "good", bodyBytes: 1400, address } as const;
  return makeFirmware(order, new Random(build));
};

/** 1.0.1+5 runs; then a job says no more than 1.0.1, and brings this build. */
function order(build: number, options: DeskOptions = {}) {
  const desk = new Desk(options);
  const install = (firmware: Firmware) => {
    desk.files.put({ ...firmware, version: "1.0.1" });
    return desk.cloud.order({ ...firmware, version: "1.0.1" });
  };
  assert.deepEqual(ended(desk, install(built(5))), ["SUCCEEDED", undefined]);
  desk.runUntil(() => desk.phase === "idle");
  const jobId = install(built(build));
  return { desk, jobId, end: ended(desk, jobId) };
}

describe("a fwversion without a build number", () => {
  it("leaves the build open: a later one is installed", () => {
    const { desk, end } = order(6);
    assert.deepEqual(end, ["SUCCEEDED", undefined]);
    assert.equal(desk.running, "1.0.1+6");
  });

  it("is no way to an earlier build, unless that is allowed", () => {
    const { desk, jobId, end } = order(4);
    assert.deepEqual(end, ["REJECTED", "VERSION_DOWNGRADE"]);
    const { detail } = desk.cloud.execution(jobId)?.statusDetails ?? {};
    assert.equal(detail, "1.0.1+4, 1.0.1+5 runs");
    assert.equal(desk.isSwapRequested, false);
    const allowed = order(4, { settings: { allowDowngrade: true } });
    assert.deepEqual(allowed.end, ["SUCCEEDED", undefined]);
    assert.equal(allowed.desk.running, "1.0.1+4");
  });

  it("and the build that runs are told apart by the bytes", () => {
    const { desk, jobId, end } = order(5);
    assert.deepEqual(end, ["SUCCEEDED", undefined]);
    const { detail } = desk.cloud.execution(jobId)?.statusDetails ?? {};
    assert.equal(detail, "already running");
  });
});
