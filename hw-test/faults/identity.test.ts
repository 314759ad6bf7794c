import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Desk } from "../desk/desk.ts";
import { THING } from "../desk/jobs-cloud.ts";

const SECONDS = 1000;

/** Does it once, when half of the file has come. */
function halfWay(desk: Desk, act: () => void): void {
  let isDone = false;
  desk.onDelivered = (bytes) => {
    if (isDone || bytes < 2000) return;
    isDone = true;
    act();
  };
}

/** The statuses that the job was told, in order. */
function told(desk: Desk, jobId: string): unknown[] {
  return desk.requests
    .filter(({ topic }) => topic === `${jobId}/update`)
    .map(({ body }) => body["status"]);
}

const notice = `$aws/things/${THING}/jobs/notify-next`;

describe("a job's id that is used again", () => {
  it("during the download: the other file is fetched, and only its end is told", () => {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    halfWay(desk, () => {
      desk.clock.advance(2 * SECONDS);
      desk.cloud.orderAgain(jobId, desk.firmwares.next);
    });
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
    assert.equal(desk.running, "1.0.2");
  });

  it("in the same second, with another document: the fingerprint tells", () => {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    halfWay(desk, () => {
      desk.cloud.jump(-desk.clock.nowMs());
      desk.cloud.orderAgain(jobId, desk.firmwares.next);
    });
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
    assert.equal(desk.running, "1.0.2");
  });

  for (const phase of ["downloading", "resetting"]) {
    it(`while nobody hears of it, at ${phase}: the old image comes back, the new job is done`, () => {
      const desk = new Desk();
      const jobId = desk.cloud.order(desk.firmwares.offered);
      desk.runUntil(() => desk.phase === phase);
      // With its session the notice is lost.
      desk.broker.loseSession();
      desk.cloud.jump(2 * SECONDS);
      desk.cloud.orderAgain(jobId, desk.firmwares.next);
      desk.runUntilOver(jobId);
      assert.equal(desk.end(jobId).status, "SUCCEEDED");
      assert.equal(desk.running, "1.0.2");
      assert.deepEqual(
        told(desk, jobId).filter((status) => status === "FAILED"),
        [],
      );
    });
  }

  it("while the end waits for the broker: it is not told to the new job", () => {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered, { sha256: "ab".repeat(32) });
    let isDone = false;
    desk.onJobsRequest = ({ topic, body }) => {
      if (topic !== `${jobId}/update` || body["status"] !== "FAILED" || isDone) return undefined;
      isDone = true;
      desk.cloud.jump(2 * SECONDS);
      desk.cloud.orderAgain(jobId, desk.firmwares.next);
      return "silence";
    };
    desk.runUntilOver(jobId);
    assert.equal(isDone, true);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
    assert.equal(desk.running, "1.0.2");
  });

  it("over a reset, with the end in the outbox: it is dropped", () => {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered, { sha256: "ab".repeat(32) });
    desk.onJobsRequest = ({ topic, body }) =>
      topic === `${jobId}/update` && body["status"] === "FAILED" ? "silence" : undefined;
    desk.runUntil(() => desk.phase === "reporting");
    desk.onJobsRequest = () => undefined;
    desk.reset();
    desk.cloud.jump(2 * SECONDS);
    desk.cloud.orderAgain(jobId, desk.firmwares.next);
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
    assert.ok(desk.log.some((line) => line.includes("is another one by now: not told FAILED")));
  });
});

describe("notices", () => {
  const startNexts = (desk: Desk): number =>
    desk.requests.filter(({ topic }) => topic === "start-next").length;

  it("by the thousand: one question under way, one to follow, and the connection holds", () => {
    for (const count of [150, 10_000]) {
      const desk = new Desk();
      desk.powerOn();
      desk.runFor(10 * SECONDS);
      const before = startNexts(desk);
      const jobId = desk.cloud.order(desk.firmwares.offered);
      const execution = { jobId: "another", status: "QUEUED", versionNumber: 1 };
      for (let index = 0; index < count; index += 1) {
        desk.broker.publish(notice, JSON.stringify({ timestamp: index, execution }));
      }
      desk.runFor(200);
      assert.ok(startNexts(desk) - before <= 2, `${startNexts(desk) - before} questions`);
      desk.runUntilOver(jobId);
      assert.equal(desk.end(jobId).status, "SUCCEEDED");
      assert.deepEqual(
        desk.log.filter((line) => line.startsWith("mqtt: output")),
        [],
      );
    }
  });
});
