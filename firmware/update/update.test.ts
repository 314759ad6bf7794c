import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Desk, refusal } from "../../hw-test/desk/desk.ts";
import { THING } from "../../hw-test/desk/jobs-cloud.ts";
import { readMessage } from "../../hw-test/model/job-message.ts";
import { config } from "../config.ts";
import { Failure } from "../failure.ts";
import { type JobExecution, parseExecution } from "../job/execution.ts";
import { encodeUtf8 } from "../utf8.ts";
import type { Gate } from "./gate.ts";
import type { UpdateProgress } from "./hooks.ts";

/** Half of the file has come when so many bytes have. */
const HALF = 2000;

/** Runs `act` once, when the download has come half-way. */
function half(desk: Desk, act: () => void): void {
  let isDone = false;
  desk.onDelivered = (bytes) => {
    if (isDone || bytes < HALF) return;
    isDone = true;
    act();
  };
}

/** The execution as the service would tell it. */
function execute(desk: Desk, jobId: string): JobExecution {
  const body = Buffer.from("{}");
  const reply = desk.cloud.topics.answer(THING, `$aws/things/${THING}/jobs/${jobId}/get`, body);
  const execution = parseExecution(readMessage(reply?.body ?? {}));
  assert.ok(execution !== undefined);
  return execution;
}

function statusUpdates(desk: Desk, jobId: string): readonly unknown[] {
  return desk.requests
    .filter(({ topic }) => topic === `${jobId}/update`)
    .map(({ body }) => body["status"]);
}

describe("update: answers of the Jobs service", () => {
  it("goes on with its job when a late answer tells of another one", () => {
    const desk = new Desk();
    const first = desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.phase === "downloading");
    const execution = execute(desk, first);
    desk.cloud.act(first, "cancel");
    const second = desk.cloud.order(desk.firmwares.next);
    desk.runUntil(() => desk.log.some((line) => line.startsWith(`job ${second}: `)));
    desk.log.length = 0;
    desk.update?.answers.onExecution({ ...execution, status: "CANCELED" });
    desk.runUntilOver(second);
    assert.equal(desk.end(second).status, "SUCCEEDED");
    const left = desk.log.filter((line) => /(held|downloading|verifying|armed) -> idle/.test(line));
    assert.deepEqual(left, [], "the second job was never left");
  });

  it("begins nothing on a late answer about a job that is over", () => {
    const desk = new Desk();
    const update = desk.powerOn();
    desk.runFor(10_000);
    assert.equal(desk.phase, "idle");
    const jobId = desk.cloud.order(desk.firmwares.offered);
    const queued = execute(desk, jobId);
    desk.cloud.act(jobId, "cancel");
    update.answers.onExecution({ ...queued, status: "CANCELED" });
    assert.equal(desk.phase, "idle");
    assert.deepEqual(statusUpdates(desk, jobId), []);
  });

  it("leaves a job whose retry has another execution number, and takes the retry", () => {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.phase === "downloading");
    const { update } = desk;
    assert.ok(update !== undefined);
    const retried = { ...execute(desk, jobId), executionNumber: 2, status: "QUEUED" as const };
    update.answers.onExecution(retried);
    assert.equal(desk.phase, "idle");
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
  });

  it("keeps a terminal state that the service refuses, and tells it again", () => {
    const desk = new Desk();
    const bad = desk.cloud.orderDocument(`{"operation":"reboot"}`);
    const good = desk.cloud.order(desk.firmwares.offered);
    let refused = 0;
    desk.onJobsRequest = (request) => {
      if (request.topic !== `${bad}/update` || refused === 3) return undefined;
      refused += 1;
      return refusal(request, "InvalidRequest");
    };
    desk.runUntil(() => refused === 1);
    desk.runFor(config.backoffMaxMs / 2);
    assert.equal(desk.phase, "reporting");
    assert.ok(desk.tracker.store.values.has("outbox"), "kept for the next reset");
    desk.runUntilOver(good);
    assert.equal(desk.end(bad).reason, "OPERATION_UNSUPPORTED");
    assert.equal(desk.end(good).status, "SUCCEEDED");
    assert.equal(refused, 3);
  });

  it("waits for its own report, whatever else is gone", () => {
    const desk = new Desk();
    desk.cloud.orderDocument("{}");
    desk.onJobsRequest = ({ topic }) => (topic.endsWith("/update") ? "silence" : undefined);
    desk.runUntil(() => desk.phase === "reporting");
    desk.update?.answers.onGone("another-job", "by the test");
    assert.equal(desk.phase, "reporting");
  });

  it("asks for the next job again when that is refused", () => {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    let refused = 0;
    desk.onJobsRequest = (request) => {
      if (request.topic !== "start-next" || refused === 2) return undefined;
      refused += 1;
      return refusal(request, "InvalidRequest");
    };
    desk.runUntilOver(jobId);
    assert.equal(refused, 2);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
  });
});

describe("update: a job that is gone", () => {
  for (const phase of ["held", "downloading", "verifying", "armed"]) {
    it(`leaves nothing bootable, and the next one is taken: ${phase}`, () => {
      let isShut = phase === "held";
      const gate: Gate = { shut: () => (isShut ? "by the test" : undefined) };
      const desk = new Desk({ gates: [gate] });
      const first = desk.cloud.order(desk.firmwares.offered);
      const second = desk.cloud.order(desk.firmwares.next);
      half(desk, () => {
        isShut = phase === "armed";
      });
      const leave = (): void => {
        assert.equal(desk.phase, phase);
        desk.cloud.act(first, "cancel");
        desk.update?.answers.onGone(first, "by the test");
        assert.equal(desk.phase, "idle");
      };
      let hasLeft = false;
      desk.onLine = (line) => {
        if (hasLeft || !line.endsWith(` -> ${phase}`)) return;
        hasLeft = true;
        desk.clock.alarm(0, leave);
      };
      desk.runUntil(() => desk.phase === "idle" && hasLeft);
      assert.equal(desk.isSwapRequested, false);
      assert.equal(desk.tracker.store.values.has("progress"), false);
      isShut = false;
      desk.runUntilOver(second);
      assert.equal(desk.end(second).status, "SUCCEEDED");
    });
  }

  it("leaves its progress to no other job, though it went while the tracker was off", () => {
    const desk = new Desk();
    const first = desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.tracker.store.values.has("progress"));
    desk.reset();
    desk.cloud.act(first, "delete");
    const second = desk.cloud.order(desk.firmwares.next);
    let start: number | undefined;
    desk.onFileRequest = (_, { range }) => {
      start ??= range?.first;
      return undefined;
    };
    desk.runUntilOver(second);
    assert.equal(start, 0);
    assert.equal(desk.end(second).status, "SUCCEEDED");
  });

  it("has its expired URL renewed once the broker is back", () => {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    const denied = encodeUtf8("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    desk.onFileRequest = (index) => {
      if (index !== 1) return undefined;
      desk.outages.push({ server: "broker", how: "refuse", fromS: 0, forS: 7200 });
      desk.onPacket = () => "lose";
      return { bytes: denied, ending: "keep" };
    };
    desk.runUntil(() => desk.log.some((line) => line.includes("a fresh URL is needed")));
    desk.runFor(3600_000);
    assert.equal(desk.phase, "downloading");
    desk.onPacket = () => "pass";
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
  });
});

describe("update: step timer", () => {
  /** Updates of one hour in which nothing else happens. */
  function updatesInAnHour(desk: Desk, jobId: string): number {
    const before = statusUpdates(desk, jobId).length;
    desk.runFor(3600_000);
    assert.equal(desk.end(jobId).status, "IN_PROGRESS");
    return statusUpdates(desk, jobId).length - before;
  }

  const heartbeats = 3600_000 / config.heartbeatIntervalMs;
  const document = (desk: Desk): string => {
    const order = desk.cloud.order(desk.firmwares.offered);
    const text = desk.cloud.execution(order)?.job.request.document ?? "";
    desk.cloud.act(order, "deleteJob");
    return text;
  };

  it("is told of a job that a gate holds", () => {
    const desk = new Desk({ gates: [{ shut: () => "never" }] });
    const jobId = desk.cloud.orderDocument(document(desk), 10_000);
    desk.runUntil(() => desk.phase === "held");
    assert.equal(updatesInAnHour(desk, jobId), heartbeats);
  });

  it("is told while a download waits for a fresh URL", () => {
    const desk = new Desk();
    const jobId = desk.cloud.orderDocument(document(desk), 10_000);
    desk.onFileRequest = () => ({
      bytes: encodeUtf8("HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n"),
      ending: "keep",
    });
    desk.onJobsRequest = ({ topic }) => (topic === `${jobId}/get` ? "silence" : undefined);
    desk.runUntil(() => desk.log.some((line) => line.includes("a fresh URL is needed")));
    assert.equal(updatesInAnHour(desk, jobId), heartbeats);
  });

  it("is not told where none runs", () => {
    const desk = new Desk({ gates: [{ shut: () => "never" }] });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.phase === "held");
    assert.equal(updatesInAnHour(desk, jobId), 1, "that it is held, and no more");
  });
});

describe("update: store that fails", () => {
  it("ends the job with STORE when the journal takes no record, and reports it", () => {
    const desk = new Desk();
    desk.brokenKeys.add("update");
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    assert.deepEqual(desk.end(jobId), { status: "FAILED", reason: "STORE" });
    assert.equal(desk.boots, 1);
    assert.equal(desk.tracker.secondary.counts.writes, 0);
  });

  it("ends the job with STORE when progress cannot be kept", () => {
    const desk = new Desk();
    desk.brokenKeys.add("progress");
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    assert.deepEqual(desk.end(jobId), { status: "FAILED", reason: "STORE" });
    assert.equal(desk.boots, 1);
  });

  it("reports a failure without an outbox, again if it is refused", () => {
    const desk = new Desk();
    desk.brokenKeys.add("outbox");
    const jobId = desk.cloud.orderDocument("{}");
    let refused = 0;
    desk.onJobsRequest = (request) => {
      if (request.topic !== `${jobId}/update` || refused === 1) return undefined;
      refused += 1;
      return refusal(request, "InvalidRequest");
    };
    desk.runUntilOver(jobId);
    assert.equal(refused, 1);
    assert.deepEqual(desk.end(jobId), { status: "REJECTED", reason: "DOCUMENT_INVALID" });
    assert.equal(desk.boots, 1);
  });

  it("goes on to the next job though the outbox cannot be emptied", () => {
    const desk = new Desk();
    const bad = desk.cloud.orderDocument("{}");
    const good = desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.phase === "reporting");
    desk.brokenKeys.add("outbox");
    desk.runUntil(() => desk.phase === "downloading");
    assert.equal(desk.end(bad).status, "REJECTED");
    assert.equal(desk.boots, 1);
    desk.brokenKeys.clear();
    desk.runUntilOver(good);
    assert.equal(desk.end(good).status, "SUCCEEDED");
  });

  it("confirms an image that works, and reports it, though nothing can be stored", () => {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.boots === 2 && desk.phase === "testing");
    for (const key of ["outbox", "update", "progress"]) desk.brokenKeys.add(key);
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
    assert.equal(desk.tracker.bootModel.isUnconfirmed, false);
    assert.equal(desk.boots, 2);
  });

  it("reverts an image that fails, though the reason cannot be stored", () => {
    const desk = new Desk({ image: "sick" });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.phase === "resetting");
    desk.brokenKeys.add("update");
    desk.runUntilOver(jobId);
    assert.deepEqual(desk.end(jobId), { status: "FAILED", reason: "REVERTED" });
    assert.equal(desk.running, "1.0.0");
    assert.ok(desk.boots <= 3);
  });
});

describe("update: gates", () => {
  it("hold the job before the download and before the reset, and let it go on", () => {
    let shut: string | undefined = "battery 12 % < 20 %";
    const gate: Gate = { shut: () => shut };
    const desk = new Desk({ gates: [gate] });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runFor(10 * config.gateIntervalMs);
    assert.equal(desk.phase, "held");
    assert.equal(desk.deliveredBytes, 0);
    shut = undefined;
    half(desk, () => {
      shut = "signal -130 dBm < -120 dBm";
    });
    desk.runUntil(() => desk.phase === "armed");
    desk.runFor(10 * config.gateIntervalMs);
    assert.equal(desk.phase, "armed");
    assert.equal(desk.isSwapRequested, false);
    shut = undefined;
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
  });

  it("let a cancelled job go", () => {
    const desk = new Desk({ gates: [{ shut: () => "never" }] });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.phase === "held");
    desk.cloud.act(jobId, "cancel");
    desk.runUntil(() => desk.phase === "idle");
    assert.equal(desk.deliveredBytes, 0);
  });
});

describe("update: hooks", () => {
  it("the reset waits until the application lets it come, and is announced", () => {
    const told: string[] = [];
    let reason: string | undefined = "the pump runs";
    const desk = new Desk({
      hooks: { mayReset: () => reason, onReset: () => told.push("reset") },
    });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.phase === "armed");
    desk.runFor(10 * config.gateIntervalMs);
    assert.equal(desk.phase, "armed");
    assert.equal(desk.isSwapRequested, false);
    assert.ok(desk.log.some((line) => line.includes("held: the pump runs")));
    assert.deepEqual(told, []);
    reason = undefined;
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
    assert.deepEqual(told, ["reset"]);
  });

  it("the download asks nobody for a reset", () => {
    const desk = new Desk({ hooks: { mayReset: () => "never" } });
    desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.phase === "armed");
    assert.ok(desk.deliveredBytes > 0);
  });

  it("progress is each phase in its order, and bytes that only grow", () => {
    const seen: UpdateProgress[] = [];
    const desk = new Desk({ hooks: { onProgress: (progress) => seen.push(progress) } });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    const phases = seen.map(({ phase }) => phase).filter((phase, at, all) => phase !== all[at - 1]);
    assert.deepEqual(phases.slice(0, 7), [
      "idle",
      "held",
      "downloading",
      "verifying",
      "armed",
      "swapping",
      "resetting",
    ]);
    const ofFile = seen.filter(({ phase }) => phase === "downloading");
    assert.ok(ofFile.length > 5, `${ofFile.length} reports of the download`);
    for (const [at, { bytes, size, version }] of ofFile.entries()) {
      assert.equal(version, "1.0.1");
      assert.ok(bytes >= (ofFile[at - 1]?.bytes ?? 0) && bytes <= size);
    }
  });

  it("ask for a rollback in vain", () => {
    const answers: boolean[] = [];
    let client: Desk | undefined;
    const desk = new Desk({
      hooks: {
        onProgress({ phase }) {
          if (phase === "idle" && client !== undefined)
            answers.push(client.update?.rollback() ?? true);
        },
      },
    });
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    desk.runFor(config.gateIntervalMs);
    client = desk;
    const second = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(second);
    desk.runFor(config.gateIntervalMs);
    assert.ok(answers.length > 0);
    assert.ok(answers.every((answer) => !answer));
    assert.equal(desk.running, "1.0.1");
  });
});

describe("update: rollback", () => {
  function updated(): Desk {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    desk.runUntil(() => desk.phase === "idle");
    assert.equal(desk.running, "1.0.1");
    return desk;
  }

  it("brings the former image back without a download, tested and confirmed", () => {
    const desk = updated();
    const { deliveredBytes } = desk;
    assert.equal(desk.update?.rollback(), true);
    desk.runUntil(() => desk.boots === 3 && desk.phase === "idle");
    assert.equal(desk.running, "1.0.0");
    assert.equal(desk.tracker.bootModel.isUnconfirmed, false);
    assert.equal(desk.deliveredBytes, deliveredBytes);
    desk.reset();
    desk.powerOn();
    assert.equal(desk.running, "1.0.0");
  });

  it("is refused where no image is there, and while a job is under way", () => {
    const desk = new Desk();
    assert.equal(desk.powerOn().rollback(), false);
    desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.phase === "downloading");
    assert.equal(desk.update?.rollback(), false);
    assert.equal(desk.isSwapRequested, false);
  });

  it("is refused where the image there is a new one, whose update is not over", () => {
    let isShut = false;
    const desk = new Desk({ gates: [{ shut: () => (isShut ? "never" : undefined) }] });
    desk.cloud.order(desk.firmwares.offered);
    half(desk, () => {
      isShut = true;
    });
    desk.runUntil(() => desk.phase === "armed");
    desk.reset();
    assert.equal(desk.powerOn().rollback(), false);
    assert.equal(desk.isSwapRequested, false);
  });

  it("is refused, and nothing resets, when the trailer cannot be written", () => {
    const desk = updated();
    const { byteLength, blockLength } = desk.tracker.secondary.geometry;
    desk.tracker.secondary.failing = { page: byteLength / blockLength - 1, verb: "write" };
    assert.equal(desk.update?.rollback(), false);
    assert.equal(desk.phase, "idle");
    desk.tracker.secondary.failing = undefined;
    const jobId = desk.cloud.order(desk.firmwares.next);
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
  });
});

describe("update: start", () => {
  it("tells no job of an unconfirmed image that came by other means", () => {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntil(() => desk.tracker.store.values.has("progress"));
    // Somebody puts another image there, to be tested: the magic alone asks for that.
    const { bytes } = desk.tracker.secondary.nor;
    bytes.fill(0xff).set(desk.firmwares.next.image);
    bytes.set(Buffer.from("77c295f360d2ef7f3552500f2cb67980", "hex"), bytes.length - 16);
    desk.reset();
    desk.runUntil(() => desk.boots === 2 && desk.phase === "idle");
    assert.equal(desk.running, "1.0.2");
    assert.equal(desk.tracker.bootModel.isUnconfirmed, false);
    assert.equal(desk.end(jobId).status, "IN_PROGRESS", "not SUCCEEDED: it is not installed");
  });

  it("runs the application although the secondary slot cannot be read", () => {
    const desk = new Desk();
    const { secondary, supply } = desk.tracker;
    const read = secondary.read.bind(secondary);
    secondary.read = (into, offset) => {
      if (supply.actor === "firmware") throw new Failure("FLASH_READ", "no such chip");
      read(into, offset);
    };
    desk.powerOn();
    desk.runFor(10_000);
    assert.equal(desk.phase, "idle");
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).reason, "FLASH_READ");
    assert.equal(desk.boots, 1);
  });

  it("goes on with a swap that is requested when the store takes no note of it", () => {
    const desk = new Desk();
    const { store } = desk.tracker;
    const write = store.write.bind(store);
    store.write = (key, value) => {
      if (Buffer.from(value).includes('"requested"')) throw new Failure("STORE", "device error");
      write(key, value);
    };
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
  });

  it("begins anew when the journal's progress is garbage", () => {
    const desk = new Desk();
    const jobId = desk.cloud.order(desk.firmwares.offered);
    const { values } = desk.tracker.store;
    desk.runUntil(() => values.has("progress"));
    values.set("progress", new Uint8Array(300).fill(1));
    desk.reset();
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
  });

  it("survives a journal and an outbox that hold garbage", () => {
    const desk = new Desk();
    const { values } = desk.tracker.store;
    values.set("update", new Uint8Array([1, 0x7b, 0x22]));
    values.set("progress", new Uint8Array(300).fill(1));
    values.set("outbox", new Uint8Array([0xff, 0xfe]));
    const jobId = desk.cloud.order(desk.firmwares.offered);
    desk.runUntilOver(jobId);
    assert.equal(desk.end(jobId).status, "SUCCEEDED");
  });
});
