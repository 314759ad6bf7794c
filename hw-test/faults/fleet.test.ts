import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Desk, type DeskOptions } from "../desk/desk.ts";
import { ended } from "./testing/releases.ts";

const SECONDS = 1000;

const startNexts = (desk: Desk): number =>
  desk.requests.filter(({ topic }) => topic === "start-next").length;

describe("a job whose image runs already", () => {
  it("has succeeded at once, without download or reset, however often it comes", () => {
    const desk = new Desk();
    assert.deepEqual(ended(desk, desk.cloud.order(desk.firmwares.offered)), [
      "SUCCEEDED",
      undefined,
    ]);
    const { boots, deliveredBytes } = desk;
    for (let times = 0; times < 3; times += 1) {
      const jobId = desk.cloud.order(desk.firmwares.offered);
      assert.deepEqual(ended(desk, jobId), ["SUCCEEDED", undefined]);
      assert.equal(desk.cloud.execution(jobId)?.statusDetails["detail"], "already running");
    }
    assert.deepEqual([desk.boots, desk.deliveredBytes], [boots, deliveredBytes]);
  });

  it("is only believed when it is signed", () => {
    const desk = new Desk();
    const signature = Buffer.alloc(64, 7).toString("base64");
    const jobId = desk.cloud.order(desk.firmwares.old, { signature });
    assert.deepEqual(ended(desk, jobId), ["FAILED", "SIGNATURE"]);
  });

  it("is told by its bytes: another image of the same version is installed", () => {
    const desk = new Desk();
    assert.deepEqual(ended(desk, desk.cloud.order(desk.firmwares.offered)), [
      "SUCCEEDED",
      undefined,
    ]);
    const { boots } = desk;
    desk.files.put(desk.firmwares.changed);
    const jobId = desk.cloud.order(desk.firmwares.changed);
    assert.deepEqual(ended(desk, jobId), ["SUCCEEDED", undefined]);
    assert.equal(desk.boots, boots + 1);
  });
});

describe("a fleet", () => {
  const spread = { settings: { startDelayMaxMs: 60_000 } };

  /** When trackers that drew different numbers asked for the job, ms after its notice. */
  function delays(count: number): number[] {
    return Array.from({ length: count }, (_, index) => {
      const desk = new Desk({ ...spread, seed: index + 1 });
      desk.powerOn();
      desk.runFor(10 * SECONDS);
      const asked = startNexts(desk);
      const fromMs = desk.clock.nowMs();
      desk.cloud.order(desk.firmwares.offered);
      desk.runUntil(() => startNexts(desk) > asked);
      return desk.clock.nowMs() - fromMs;
    });
  }

  it("that hears of a job in one moment does not start it in one", () => {
    const sorted = delays(24).sort((a, b) => a - b);
    assert.ok((sorted.at(-1) ?? 0) <= 60_200, `${sorted}`);
    for (const [from, to] of [
      [0, 20_000],
      [20_000, 40_000],
      [40_000, 60_200],
    ] as const) {
      const count = sorted.filter((delay) => delay >= from && delay < to).length;
      assert.ok(count >= 2 && count <= 16, `${count} between ${from} and ${to}: ${sorted}`);
    }
  });

  it("a job that waits already is started at once", () => {
    const desk = new Desk(spread);
    desk.cloud.order(desk.firmwares.offered);
    desk.powerOn();
    desk.runFor(2 * SECONDS);
    assert.equal(startNexts(desk), 1);
  });

  it("whose power comes back connects at different times", () => {
    const first = Array.from({ length: 12 }, (_, index) => {
      const desk = new Desk({ ...spread, seed: index + 1 });
      desk.wasPowerLoss = true;
      desk.powerOn();
      desk.runUntil(() => startNexts(desk) > 0);
      return desk.clock.nowMs();
    });
    assert.ok(Math.max(...first) - Math.min(...first) > 20_000, `${first}`);
    assert.ok(Math.max(...first) < 61_000, `${first}`);
  });
});

describe("a confirmed image that crashes again and again", () => {
  const settings = { rollbackAfterStarts: 3 };

  /** 1.0.1 is confirmed, and from then on each start ends before the cloud is reached. */
  function confirmed(options: DeskOptions = { settings }): Desk {
    const desk = new Desk(options);
    assert.deepEqual(ended(desk, desk.cloud.order(desk.firmwares.offered)), [
      "SUCCEEDED",
      undefined,
    ]);
    desk.runUntil(() => desk.phase === "idle");
    desk.reset();
    return desk;
  }

  function crash(desk: Desk, times: number): void {
    for (let start = 0; start < times; start += 1) {
      desk.powerOn();
      desk.reset();
    }
  }

  it("is left for the former one, and the next job is told of it", () => {
    const desk = confirmed();
    crash(desk, 3);
    assert.equal(desk.running, "1.0.1");
    desk.runUntil(() => desk.running === "1.0.0" && desk.phase === "idle");
    const jobId = desk.cloud.order(desk.firmwares.next);
    assert.deepEqual(ended(desk, jobId), ["SUCCEEDED", undefined]);
    assert.equal(desk.cloud.execution(jobId)?.statusDetails["rolledBackFrom"], "1.0.1");
    const later = desk.cloud.order(desk.firmwares.next);
    assert.deepEqual(ended(desk, later), ["SUCCEEDED", undefined]);
    assert.equal(desk.cloud.execution(later)?.statusDetails["rolledBackFrom"], undefined);
  });

  it("is not told as SUCCEEDED any more, if that was not told before", () => {
    const desk = new Desk({ settings });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.onJobsRequest = ({ body }) => (body["status"] === "SUCCEEDED" ? "silence" : undefined);
    desk.runUntil(() => desk.phase === "reporting");
    desk.onJobsRequest = () => undefined;
    desk.reset();
    crash(desk, 3);
    assert.deepEqual(ended(desk, jobId), ["FAILED", "REVERTED"]);
    assert.equal(desk.running, "1.0.0");
  });

  it("stays where nobody asked for that", () => {
    const desk = confirmed({});
    crash(desk, 50);
    desk.powerOn();
    assert.equal(desk.phase, "idle");
    assert.equal(desk.running, "1.0.1");
  });

  it("stays when a start has reached the cloud, lived long, or came of a loss of power", () => {
    const excuses: readonly ((desk: Desk) => void)[] = [
      (desk) => desk.runFor(5 * SECONDS),
      (desk) => {
        desk.outages.push({ server: "broker", how: "refuse", fromS: 0, forS: 1e6 });
        desk.runFor(601 * SECONDS);
        desk.outages.length = 0;
      },
    ];
    for (const excuse of excuses) {
      const desk = confirmed();
      crash(desk, 2);
      desk.powerOn();
      excuse(desk);
      desk.reset();
      crash(desk, 3);
      assert.equal(desk.isSwapRequested, false);
    }
    const desk = confirmed();
    desk.wasPowerLoss = true;
    crash(desk, 20);
    assert.equal(desk.isSwapRequested, false);
  });

  it("stays when the former one is spoilt, and does not change places for ever", () => {
    const desk = confirmed();
    const { bytes } = desk.tracker.secondary.nor;
    bytes[700] = (bytes[700] ?? 0) ^ 1;
    crash(desk, 4);
    assert.equal(desk.isSwapRequested, false);

    const other = confirmed();
    crash(other, 3);
    // The former one does not get to the cloud either: it is reverted, and nothing more is tried.
    other.outages.push({ server: "broker", how: "refuse", fromS: 0, forS: 1e6 });
    other.runFor(10 * SECONDS);
    assert.equal(other.running, "1.0.0");
    other.runFor(400 * SECONDS);
    assert.equal(other.running, "1.0.1");
    other.reset();
    crash(other, 20);
    assert.equal(other.isSwapRequested, false);
  });
});
