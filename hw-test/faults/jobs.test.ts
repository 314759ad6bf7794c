import assert from "node:assert/strict";
import { it } from "node:test";
import { asBuilt, buildImage } from "../../tools/build/image.ts";
import { describe } from "../board/testing/needs-engine.ts";
import type { UpdateJob } from "../run/job.ts";
import { linkProfiles } from "../trackers/link-profile.ts";
import { FaultBench, smallImage } from "./testing/fault-bench.ts";

/** A file of 140 KB takes three seconds: time to meddle. */
const slow = { ...linkProfiles.none, bitsPerSecond: 400_000 };
const bigHex = asBuilt(smallImage("1.0.1", 50_000)).hex;

describe("job that is taken away during the download", { concurrency: true }, () => {
  /** Both jobs are queued; the first one is taken away half-way. */
  async function takeAway(
    bench: FaultBench,
    act: (job: UpdateJob) => Promise<void> | void,
  ): Promise<UpdateJob> {
    const first = await bench.order({ hex: bigHex });
    await bench.order({ version: "1.0.2" });
    await bench.tracker.powerOn();
    await bench.until("a part", () => bench.tracker.traffic.files.toTrackerBytes > 30_000);
    await act(first);
    await bench.line(/downloading -> idle/);
    const { toTrackerBytes } = bench.tracker.traffic.files;
    assert.ok(toTrackerBytes < bigHex.length * 0.75, `${toTrackerBytes} bytes came`);
    bench.assertOldImageStays();
    bench.tracker.setLink(linkProfiles.none);
    await bench.swapRequested("1.0.2");
    return first;
  }

  it("stops when it is cancelled, and the next one is taken", async (context) => {
    const bench = await FaultBench.start(context, { link: slow, stopsAtReset: true });
    const job = await takeAway(bench, (one) => one.cancel());
    assert.equal((await job.describe()).status, "CANCELED");
  });

  it("stops when it is deleted, and the next one is taken", async (context) => {
    const bench = await FaultBench.start(context, { link: slow, stopsAtReset: true });
    const job = await takeAway(bench, (one) => one.delete());
    await assert.rejects(job.describe(), { name: "ResourceNotFoundException" });
  });

  it("stops when it times out, and the next one is taken", async (context) => {
    const timers: (() => void)[] = [];
    const bench = await FaultBench.start(context, {
      link: slow,
      stopsAtReset: true,
      schedule: (_, action) => {
        timers.push(action);
        return () => timers.splice(timers.indexOf(action), 1);
      },
    });
    const more = { timeoutConfig: { inProgressTimeoutInMinutes: 1 } };
    const first = await bench.order({ hex: bigHex, more });
    await bench.order({ version: "1.0.2" });
    await bench.tracker.powerOn();
    await bench.until("a part", () => bench.tracker.traffic.files.toTrackerBytes > 30_000);
    for (const action of timers.slice()) action();
    await bench.line(/downloading -> idle/);
    assert.equal((await first.describe()).status, "TIMED_OUT");
    bench.tracker.setLink(linkProfiles.none);
    await bench.swapRequested("1.0.2");
  });
});

describe("jobs that are not ours to do", () => {
  const location = (url: string) => ({ location: { url } });
  const long = `https://files.s3.amazonaws.com/${"p".repeat(6000)}`;
  type Changes = Readonly<Record<string, unknown>>;
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  const refused: readonly (readonly [string, string, string, Changes])[] = [
    ["REJECTED", "OPERATION_UNSUPPORTED", "another operation", { operation: "reboot" }],
    ["REJECTED", "DOCUMENT_INVALID", "no size", { size: "many" }],
    ["REJECTED", "DOCUMENT_INVALID", "no location", { location: 5 }],
    ["REJECTED", "DOCUMENT_INVALID", "nests too deep", { notes: nested(40) }],
    ["REJECTED", "LOCATION_UNSUPPORTED", "plain http", location("http://a.example/f")],
    ["REJECTED", "URL_TOO_LONG", "a long URL", location(long)],
    ["REJECTED", "URL_TOO_LONG", "a URL of 30,000 characters", location(long + "p".repeat(24_000))],
    ["REJECTED", "HARDWARE_MISMATCH", "other hardware", { hardware: "board-b" }],
    ["REJECTED", "VERSION_DOWNGRADE", "an older version", { fwversion: "0.9.0" }],
    ["REJECTED", "VERSION_TOO_OLD_HERE", "a later minVersion", { minVersion: "1.0.1" }],
    ["FAILED", "IMAGE_TOO_LARGE", "an image beyond the slot", { imageSize: 0x70000 }],
    ["FAILED", "FILE_TOO_LARGE", "a file beyond any slot", { size: 100_000_000 }],
  ];

  it("are refused before a byte is downloaded, and the queue goes on", async (context) => {
    const settings = { hardware: "board-a" };
    const bench = await FaultBench.start(context, { settings, stopsAtReset: true });
    const jobs: UpdateJob[] = [];
    for (const [, , , changes] of refused)
      jobs.push(await bench.order({ changes: { hardware: "board-a", ...changes } }));
    const garbage = await bench.order({ document: "[1, 2]" });
    await bench.tracker.powerOn();
    const last = await bench.ended(garbage);
    assert.equal(last.statusDetails["reason"], "DOCUMENT_INVALID");
    for (const [index, [status, reason, name]] of refused.entries()) {
      const state = await jobs[index]?.describe();
      assert.equal(state?.status, status, name);
      assert.equal(state?.statusDetails["reason"], reason, name);
    }
    assert.equal(bench.cloud.counters().files.requests, 0);
    assert.equal(bench.tracker.flashMeters.firmware.total("image-1").erases, 0);
    bench.assertOldImageStays();
    const notes = "n".repeat(24_000);
    await bench.order({ changes: { hardware: "board-a", minVersion: "1.0.0", notes } });
    await bench.swapRequested("1.0.1");
  });
});

describe("jobs in a row", { concurrency: true }, () => {
  it("are both done, one after the other", async (context) => {
    const bench = await FaultBench.start(context);
    const one = await buildImage({ version: "1.0.1" });
    const two = await buildImage({ version: "1.0.2" });
    const first = await bench.order({ hex: one.hex });
    const second = await bench.order({ hex: two.hex, version: "1.0.2" });
    await bench.tracker.powerOn();
    assert.equal((await bench.ended(first)).status, "SUCCEEDED");
    assert.equal((await bench.ended(second)).status, "SUCCEEDED");
    assert.equal(bench.tracker.flashFile.slot("image-0").image?.version, "1.0.2");
    assert.equal(bench.tracker.resets, 2);
  });

  it("are held by a low battery, and go on when it is charged", async (context) => {
    const settings = { batteryMinimum: 20 };
    const bench = await FaultBench.start(context, { settings, stopsAtReset: true });
    bench.tracker.setInput("battery", 100);
    const job = await bench.order();
    await bench.tracker.powerOn();
    await bench.line(/held: battery 10 % < 20 %/);
    assert.equal((await job.describe()).status, "IN_PROGRESS");
    assert.equal(bench.cloud.counters().files.requests, 0);
    bench.tracker.setInput("battery", 900);
    await bench.tracker.reset();
    await bench.swapRequested("1.0.1");
  });

  it("are told their end after a reset, when the broker was away", async (context) => {
    const bench = await FaultBench.start(context);
    const { hex } = asBuilt(smallImage("1.0.1"));
    // The last digit of the last data record.
    const at = hex.lastIndexOf("\n:00000001FF") - 1;
    const bad = hex.slice(0, at) + (hex[at] === "0" ? "1" : "0") + hex.slice(at + 1);
    bench.cloud.hooks.onFileRequest = () => {
      bench.isBrokerInReach = false;
      bench.cloud.disconnect("tracker-1");
      return undefined;
    };
    const job = await bench.order({ hex: bad });
    await bench.tracker.powerOn();
    await bench.line(/downloading -> reporting/);
    assert.equal((await job.describe()).status, "IN_PROGRESS");
    await bench.tracker.reset();
    await bench.line(/starting -> reporting/);
    assert.equal((await job.describe()).status, "IN_PROGRESS");
    bench.isBrokerInReach = true;
    const { status, statusDetails } = await bench.ended(job);
    assert.equal(status, "FAILED");
    assert.equal(statusDetails["reason"], "HEX_CHECKSUM");
    assert.match(statusDetails["detail"] ?? "", /^line \d+, byte \d+: /);
  });
});
