import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Desk, type DeskOptions } from "../../hw-test/desk/desk.ts";
import { config } from "../config.ts";
import { imageIdentity } from "../verify/identity.ts";
import { mcubootFormat } from "../verify/mcuboot-format.ts";

const TOPIC = "$aws/things/tracker-1/shadow/update";
const HOUR_MS = 3600_000;

/** A desk that notes which packets go up, by topic. */
function watched(options: DeskOptions = {}): { readonly desk: Desk; readonly up: string[] } {
  const desk = new Desk(options);
  const up: string[] = [];
  desk.onPacket = (direction, name) => {
    if (direction === "up") up.push(name);
    return "pass";
  };
  return { desk, up };
}

function reports(up: readonly string[]): number {
  return up.filter((name) => name === TOPIC).length;
}

describe("shadow report", () => {
  it("tells what runs on the first connection, and after that not at any", () => {
    const { desk, up } = watched();
    desk.powerOn();
    desk.runFor(10_000);
    assert.deepEqual(desk.cloud.reportedFirmware(), {
      version: "1.0.0",
      image: imageIdentity(desk.tracker.primary, mcubootFormat),
    });
    for (let start = 0; start < 3; start += 1) {
      desk.reset();
      desk.runFor(10_000);
    }
    assert.equal(reports(up), 1);
  });

  it("tells the new image and the job's end, after the job was told", () => {
    const { desk, up } = watched();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    desk.runFor(10_000);
    assert.deepEqual(desk.cloud.reportedFirmware(), {
      version: desk.firmwares.offered.version,
      image: imageIdentity(desk.tracker.primary, mcubootFormat),
      result: { jobId, status: "SUCCEEDED" },
    });
    assert.equal(reports(up), 1);
    const last = up.lastIndexOf(`$aws/things/tracker-1/jobs/${jobId}/update`);
    assert.ok(last >= 0 && up.indexOf(TOPIC) > last, "not before the last word to the job");
  });

  it("tells why a job failed, and forgets that with the next that succeeds", () => {
    const { desk, up } = watched({ image: "sick" });
    const bad = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(bad);
    desk.runFor(10_000);
    assert.deepEqual(desk.cloud.reportedFirmware()?.result, {
      jobId: bad,
      status: "FAILED",
      reason: "REVERTED",
    });
    const good = desk.cloud.order(desk.firmwares.next);
    desk.runUntilOver(good);
    desk.runFor(10_000);
    assert.deepEqual(desk.cloud.reportedFirmware()?.result, { jobId: good, status: "SUCCEEDED" });
    assert.equal(reports(up), 2);
  });

  it("costs three connections where the broker forbids it, and the jobs go on", () => {
    const { desk } = watched();
    let sent = 0;
    desk.onPacket = (_, name) => {
      if (name !== TOPIC) return "pass";
      sent += 1;
      return "lose";
    };
    desk.powerOn();
    desk.runFor(HOUR_MS);
    assert.equal(sent, 3);
    desk.reset();
    desk.runFor(HOUR_MS);
    assert.equal(sent, 3, "not again after a reset");
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    desk.runFor(HOUR_MS);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
    assert.equal(sent, 6, "there was something new to tell");
    assert.equal(desk.cloud.reportedFirmware(), undefined);
  });

  it("is sent again on the next connection where its acknowledgement is lost", () => {
    const { desk } = watched();
    let sent = 0;
    desk.onPacket = (direction, name) => {
      if (name === TOPIC) sent += 1;
      return direction === "down" && name === "puback" && sent === 1 ? "lose" : "pass";
    };
    desk.powerOn();
    desk.runFor(HOUR_MS);
    assert.equal(sent, 2);
    assert.equal(desk.tracker.store.values.get("shadow")?.[1], 0);
  });

  it("waits for its answer as long as any other publish", () => {
    const { desk } = watched();
    let sent = 0;
    desk.onPacket = (_, name) => {
      if (name !== TOPIC) return "pass";
      sent += 1;
      return sent === 1 ? "stall" : "pass";
    };
    desk.powerOn();
    desk.runFor(config.answerTimeoutMs - 1000);
    assert.equal(desk.cloud.reportedFirmware(), undefined);
    desk.runFor(10_000);
    assert.equal(desk.cloud.reportedFirmware()?.version, "1.0.0");
  });

  it("is not sent where the store takes no count of it", () => {
    const { desk, up } = watched();
    desk.brokenKeys.add("shadow");
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    desk.runFor(10_000);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
    assert.equal(reports(up), 0);
  });

  it("can be switched off", () => {
    const { desk, up } = watched({ settings: { shadow: "off" } });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    desk.runFor(10_000);
    assert.equal(reports(up), 0);
    assert.equal(desk.tracker.store.values.has("shadow"), false);
  });

  it("tells another image that came by no job", () => {
    const { desk } = watched();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    desk.runFor(10_000);
    assert.equal(desk.update?.rollback(), true);
    desk.runFor(30_000);
    const told = desk.cloud.reportedFirmware();
    assert.equal(told?.version, "1.0.0");
    assert.deepEqual(told?.result, { jobId, status: "SUCCEEDED" });
  });

  it("is short: what it puts on the air", () => {
    const { desk } = watched();
    const lengths: number[] = [];
    const { shadowTopics } = desk.cloud;
    const answer = shadowTopics.answer.bind(shadowTopics);
    shadowTopics.answer = (thing, topic, payload) => {
      if (topic === TOPIC) lengths.push(topic.length + payload.length);
      return answer(thing, topic, payload);
    };
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    desk.runFor(10_000);
    assert.equal(lengths.length, 1);
    assert.ok((lengths[0] ?? 0) < 300, `${lengths[0]} bytes`);
  });
});
