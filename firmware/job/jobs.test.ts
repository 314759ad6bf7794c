import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { deliverWhole } from "../../hw-test/model/whole-message.ts";
import { config } from "../config.ts";
import type { PublishOutcome } from "../mqtt/client.ts";
import type { JobIdentity } from "./identity.ts";
import { Jobs } from "./jobs.ts";
import type { JobUpdate } from "./updates.ts";

const prefix = "$aws/things/t1/jobs/";

interface Sent {
  readonly topic: string;
  readonly body: Record<string, unknown>;
}

/** A Jobs client, and the test as the service behind a broker. */
class Rig {
  readonly clock = new VirtualClock();
  readonly seen: string[] = [];
  readonly log: string[] = [];
  /** What the user does in a callback, by the callback's name. */
  readonly reactions: Record<string, () => void> = {};
  outcome: PublishOutcome = "taken";
  readonly jobs: Jobs;
  private requests: Sent[] = [];

  constructor() {
    this.jobs = new Jobs({
      thing: "t1",
      clock: this.clock,
      random: () => 0.5,
      log: (line) => this.log.push(line),
      publish: (topic, payload) => this.publish(topic, payload),
      onUnanswered: () => this.see("unanswered"),
      events: {
        onOnline: () => this.see("online"),
        onExecution: (job) => this.see("execution", job?.jobId, job?.versionNumber),
        onNextChanged: (job) => this.see("next", job?.jobId),
        onUpdated: (update) => this.see("updated", update.jobId, update.status),
        onChanged: (update) => this.see("changed", update.jobId, update.status),
        onGone: (jobId, reason) => this.see("gone", jobId, reason.split(":")[0]),
        onRejected: (jobId, code) => this.see("rejected", jobId, code),
      },
    });
    this.jobs.onConnected();
    this.seen.length = 0;
  }

  private publish(topic: string, payload: string): PublishOutcome {
    if (this.outcome === "taken") {
      const body = JSON.parse(payload) as Record<string, unknown>;
      this.requests.push({ topic: topic.slice(prefix.length), body });
    }
    return this.outcome;
  }

  private see(name: string, ...details: unknown[]): void {
    this.seen.push([name, ...details].join(" ").trim());
    this.reactions[name]?.();
  }

  /** The requests since the last call. */
  sent(): Sent[] {
    const requests = this.requests;
    this.requests = [];
    return requests;
  }

  /** The one request since the last call. */
  one(): Sent {
    const [request, ...others] = this.sent();
    assert(request !== undefined && others.length === 0, "not exactly one request");
    return request;
  }

  deliver(suffix: string, body: unknown): void {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    deliverWhole(this.jobs, prefix + suffix, Buffer.from(text), 7);
  }

  accept(request: Sent, fields: object): void {
    const clientToken = request.body["clientToken"];
    this.deliver(`${request.topic}/accepted`, { clientToken, timestamp: 1, ...fields });
  }

  reject(request: Sent, code: string, fields: object = {}): void {
    const clientToken = request.body["clientToken"];
    this.deliver(`${request.topic}/rejected`, { clientToken, code, message: "m", ...fields });
  }

  disconnect(): void {
    this.outcome = "offline";
    this.jobs.onDisconnected("test");
  }

  connect(): void {
    this.outcome = "taken";
    this.jobs.onConnected();
  }
}

const job = (jobId: string, versionNumber: number, status = "IN_PROGRESS") => ({
  execution: { jobId, versionNumber, status, executionNumber: 1, jobDocument: { a: 1 } },
});
const state = (versionNumber: number, status = "IN_PROGRESS") => ({
  executionState: { versionNumber, status },
});
const identity = (jobId: string): JobIdentity => ({
  jobId,
  executionNumber: 1,
  queuedAt: undefined,
  fingerprint: undefined,
});
const progress = (jobId: string, percent = "1"): JobUpdate => ({
  ...identity(jobId),
  status: "IN_PROGRESS",
  statusDetails: { percent },
});
const done = (jobId: string): JobUpdate => ({
  ...identity(jobId),
  status: "SUCCEEDED",
  statusDetails: {},
});

/** Job j1 started at version 2. */
function started(): Rig {
  const rig = new Rig();
  rig.jobs.startNext();
  rig.accept(rig.one(), job("j1", 2));
  assert.deepEqual(rig.seen, ["execution j1 2"]);
  rig.seen.length = 0;
  return rig;
}

const nestsTooDeep = `{"execution":${"[".repeat(4000)}`;

test("starts the next job, and does nothing more by itself", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  const request = rig.one();
  assert.equal(request.topic, "start-next");
  assert.deepEqual(Object.keys(request.body), ["clientToken"]);
  rig.accept(request, job("j1", 2));
  assert.deepEqual(rig.seen, ["execution j1 2"]);
  rig.clock.advance(3_600_000);
  assert.deepEqual(rig.sent(), []);
  assert.equal(rig.clock.pendingCount, 0);
});

for (const nothing of [{}, { execution: {} }, { execution: null }]) {
  test(`no job is pending: ${JSON.stringify(nothing)}`, () => {
    const rig = new Rig();
    rig.jobs.startNext();
    rig.accept(rig.one(), nothing);
    assert.deepEqual(rig.seen, ["execution"]);
  });
}

test("a reply counts once, and only with the token", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  const request = rig.one();
  rig.deliver("start-next/accepted", { ...job("j1", 2), clientToken: "another" });
  rig.deliver("start-next/accepted", job("j1", 2));
  assert.deepEqual(rig.seen, []);
  rig.accept(request, job("j1", 2));
  rig.accept(request, job("j1", 2));
  rig.reject(request, "InternalError");
  assert.deepEqual(rig.seen, ["execution j1 2"]);
});

test("tokens are AWS's alphabet, all different, and of one length", () => {
  const rig = new Rig();
  for (let count = 0; count < 20; count += 1) rig.jobs.startNext();
  const tokens = rig.sent().map((request) => String(request.body["clientToken"]));
  assert.equal(new Set(tokens).size, 20);
  for (const token of tokens) assert.match(token, /^[0-9a-f]{8}-[0-9a-f]{8}$/);
});

test("a request without a reply is sent again, with the same token, ever less often", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  const first = rig.one();
  const timesMs: number[] = [];
  for (let minute = 0; minute < 60; minute += 1) {
    for (let second = 0; second < 60; second += 1) {
      rig.clock.advance(1000);
      for (const again of rig.sent()) {
        assert.deepEqual(again, first);
        timesMs.push(rig.clock.nowMs());
      }
    }
  }
  assert(timesMs[0] !== undefined && timesMs[0] <= config.answerTimeoutMs + config.backoffMinMs);
  const longestMs = config.answerTimeoutMs + config.backoffMaxMs;
  assert(timesMs.length > 3_600_000 / longestMs && timesMs.length < 60, `${timesMs.length} times`);
  rig.accept(first, job("j1", 2));
  assert.equal(rig.seen.at(-1), "execution j1 2");
  assert.equal(rig.clock.pendingCount, 0);
});

test("a connection that ends takes along what was under way; offline nothing is asked or told", () => {
  const rig = started();
  rig.jobs.startNext();
  rig.jobs.describe("j1");
  rig.jobs.update(done("j1"));
  const [, , update] = rig.sent();
  assert(update !== undefined);
  assert.equal(rig.jobs.isAsking(), true);
  rig.disconnect();
  assert.equal(rig.jobs.isAsking(), false);
  assert.equal(rig.clock.pendingCount, 0);
  rig.jobs.startNext();
  rig.jobs.describe("j1");
  assert.equal(rig.jobs.update(done("j1")), false);
  rig.connect();
  rig.clock.advance(3_600_000);
  assert.deepEqual(rig.sent(), []);
  rig.accept(update, state(3, "SUCCEEDED"));
  assert.deepEqual(rig.seen, ["online"]);
});

test("over a new connection a job is described before it is told anything", () => {
  const rig = started();
  rig.disconnect();
  rig.connect();
  assert.equal(rig.jobs.update(done("j1")), false);
  rig.jobs.describe("j1", false);
  const request = rig.one();
  assert.equal(request.body["includeJobDocument"], false);
  rig.accept(request, job("j1", 9));
  assert.equal(rig.jobs.update(done("j1")), true);
  assert.equal(rig.one().body["expectedVersion"], 9);
});

test("a notice teaches no version: it may tell of another job with the same id", () => {
  const rig = started();
  rig.deliver("notify-next", { timestamp: 1, ...job("j1", 1, "QUEUED") });
  rig.jobs.update(progress("j1"));
  assert.equal(rig.one().body["expectedVersion"], 2);
});

test("a busy MQTT client is asked again later", () => {
  const rig = new Rig();
  rig.outcome = "busy";
  rig.jobs.startNext();
  rig.outcome = "taken";
  rig.clock.advance(config.backoffMinMs);
  assert.equal(rig.one().topic, "start-next");
});

test("describes a job with its document; one that is deleted is gone", () => {
  const rig = new Rig();
  rig.jobs.describe("j1");
  const request = rig.one();
  assert.equal(request.topic, "j1/get");
  assert.equal(request.body["includeJobDocument"], true);
  rig.accept(request, job("j1", 5));
  rig.jobs.describe("j1");
  rig.reject(rig.one(), "ResourceNotFound");
  rig.jobs.describe("$next");
  rig.accept(rig.one(), {});
  assert.deepEqual(rig.seen, ["execution j1 5", "gone j1 ResourceNotFound", "execution"]);
});

test("the version is the one that the last reply gave", () => {
  const rig = started();
  rig.jobs.update(progress("j1"));
  const first = rig.one();
  assert.equal(first.topic, "j1/update");
  assert.equal(first.body["expectedVersion"], 2);
  assert.equal(first.body["includeJobExecutionState"], true);
  assert.deepEqual(first.body["statusDetails"], { percent: "1" });
  rig.accept(first, state(17));
  rig.jobs.update({ ...done("j1"), executionNumber: 4, stepTimeoutInMinutes: 9 });
  const second = rig.one();
  assert.equal(second.body["expectedVersion"], 17);
  assert.equal(second.body["executionNumber"], 4);
  assert.equal(second.body["stepTimeoutInMinutes"], 9);
  rig.accept(second, state(18, "SUCCEEDED"));
  assert.deepEqual(rig.seen, ["updated j1 IN_PROGRESS", "updated j1 SUCCEEDED"]);
});

test("a reply without a state leaves the version unknown: what waits is not told", () => {
  const rig = started();
  rig.jobs.update(progress("j1"));
  rig.jobs.update(done("j1"));
  rig.accept(rig.one(), {});
  assert.deepEqual(rig.sent(), []);
  assert.deepEqual(rig.seen, ["changed j1 SUCCEEDED", "updated j1 IN_PROGRESS"]);
  assert.equal(rig.jobs.update(done("j1")), false);
});

test("a job of before a reset is not told anything before it is described", () => {
  const rig = started();
  assert.equal(rig.jobs.update(done("j0")), false);
  assert.deepEqual(rig.sent(), []);
});

test("updates go one at a time; of those that wait the last one goes, a terminal state always", () => {
  const rig = started();
  assert.equal(rig.jobs.update(progress("j1", "1")), true);
  assert.equal(rig.jobs.update(progress("j1", "2")), true);
  assert.equal(rig.jobs.update(progress("j1", "3")), true);
  const first = rig.one();
  rig.accept(first, state(3));
  const third = rig.one();
  assert.deepEqual(third.body["statusDetails"], { percent: "3" });
  assert.equal(third.body["expectedVersion"], 3);
  assert.equal(rig.jobs.update(done("j1")), true);
  assert.equal(rig.jobs.update(progress("j1", "4")), false);
  rig.accept(third, state(4));
  assert.equal(rig.one().body["status"], "SUCCEEDED");
});

test("VersionMismatch: the update is dropped, and so is what waits; the job is to be described", () => {
  for (const waits of [false, true]) {
    const rig = started();
    rig.jobs.update(waits ? progress("j1") : done("j1"));
    if (waits) rig.jobs.update(done("j1"));
    rig.reject(rig.one(), "VersionMismatch", state(6));
    assert.deepEqual(rig.seen, ["changed j1 SUCCEEDED"]);
    assert.equal(rig.jobs.update(done("j1")), false);
    rig.jobs.describe("j1");
    rig.accept(rig.one(), job("j1", 6));
    rig.jobs.update(done("j1"));
    assert.equal(rig.one().body["expectedVersion"], 6);
  }
});

for (const code of ["InvalidStateTransition", "TerminalStateReached", "ResourceNotFound"]) {
  test(`${code}: the job is gone, and so is what waits for it`, () => {
    const rig = started();
    rig.jobs.update(progress("j1"));
    rig.jobs.update(done("j1"));
    rig.reject(rig.one(), code, state(9, "CANCELED"));
    assert.deepEqual(rig.seen, [`gone j1 ${code}`]);
    assert.deepEqual(rig.sent(), []);
    assert.equal(rig.clock.pendingCount, 0);
  });
}

test("VersionMismatch because the job was cancelled: gone", () => {
  const rig = started();
  rig.jobs.update(progress("j1"));
  rig.reject(rig.one(), "VersionMismatch", state(9, "CANCELED"));
  assert.deepEqual(rig.seen, ["gone j1 VersionMismatch"]);
});

test("a terminal state whose reply was lost is recognised when it is sent again", () => {
  for (const code of ["TerminalStateReached", "InvalidStateTransition", "VersionMismatch"]) {
    const rig = started();
    rig.jobs.update(done("j1"));
    // Sent again after the time-out, and the first copy has been taken.
    rig.reject(rig.one(), code, state(3, "SUCCEEDED"));
    assert.deepEqual(rig.seen, ["updated j1 SUCCEEDED"]);
  }
});

for (const code of ["RequestThrottled", "InternalError"]) {
  test(`${code}: asks again after a growing wait, whatever was asked`, () => {
    const asks: [string, (rig: Rig) => void][] = [
      ["start-next", (rig) => rig.jobs.startNext()],
      ["j1/get", (rig) => rig.jobs.describe("j1")],
      ["j1/update", (rig) => rig.jobs.update(done("j1"))],
    ];
    for (const [topic, ask] of asks) {
      const rig = started();
      ask(rig);
      const waitsMs: number[] = [];
      for (let turn = 0; turn < 4; turn += 1) {
        const request = rig.one();
        assert.equal(request.topic, topic);
        rig.reject(request, code);
        assert.deepEqual(rig.sent(), []);
        waitsMs.push(rig.clock.nextDelayMs ?? 0);
        rig.clock.advance(rig.clock.nextDelayMs ?? 0);
      }
      assert.deepEqual(
        waitsMs,
        [1, 2, 4, 8].map((factor) => factor * 0.75 * config.backoffMinMs),
      );
      assert.deepEqual(rig.seen, []);
    }
  });
}

test("a new request starts with a short wait again", () => {
  const rig = new Rig();
  for (let turn = 0; turn < 3; turn += 1) {
    rig.jobs.startNext();
    rig.reject(rig.one(), "RequestThrottled");
    assert.equal(rig.clock.nextDelayMs, 0.75 * config.backoffMinMs);
  }
});

for (const code of [
  "InvalidRequest",
  "InvalidJson",
  "InvalidTopic",
  "SomethingNew",
  "constructor",
  "",
]) {
  test(`rejected for good with "${code}": said, and not asked again`, () => {
    const rig = started();
    rig.jobs.update(progress("j1"));
    rig.reject(rig.one(), code);
    rig.jobs.startNext();
    rig.reject(rig.one(), code);
    assert.deepEqual(rig.seen, [`rejected j1 ${code}`.trim(), `rejected  ${code}`.trim()]);
    assert.equal(rig.clock.pendingCount, 0);
  });
}

test("start-next for a thing that does not exist is a rejection, not a job that is gone", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  rig.reject(rig.one(), "ResourceNotFound");
  assert.deepEqual(rig.seen, ["rejected  ResourceNotFound"]);
});

test("tells each notice of a new head; a cancelled job shows so", () => {
  const rig = started();
  rig.deliver("notify-next", { timestamp: 1, ...job("j2", 1, "QUEUED") });
  rig.deliver("notify-next", { timestamp: 1, ...job("j2", 1, "QUEUED") });
  rig.deliver("notify-next", { timestamp: 2 });
  assert.deepEqual(rig.seen, ["next j2", "next j2", "next"]);
  assert.deepEqual(rig.sent(), []);
});

test("a job in JSON that nests too deep is asked for without its document, to be rejected", () => {
  for (const [topic, asked] of [
    ["start-next/accepted", "$next/get"],
    ["notify-next", "$next/get"],
    ["j1/get/accepted", "j1/get"],
  ] as const) {
    const rig = new Rig();
    if (topic === "j1/get/accepted") rig.jobs.describe("j1");
    else rig.jobs.startNext();
    rig.sent();
    rig.deliver(topic, nestsTooDeep);
    const request = rig.one();
    assert.equal(request.topic, asked);
    assert.equal(request.body["includeJobDocument"], false);
    rig.accept(request, job("j1", 2));
    rig.clock.advance(3_600_000);
    assert.deepEqual(rig.sent(), []);
    assert.deepEqual(rig.seen, ["execution j1 2"]);
    assert.equal(rig.jobs.ignoredCount, 1);
  }
});

test("the same on other topics, and in replies to an update, changes nothing", () => {
  const rig = new Rig();
  deliverWhole(rig.jobs, "telemetry", Buffer.from(nestsTooDeep));
  rig.jobs.update(progress("j1"));
  rig.sent();
  rig.deliver("j1/update/accepted", nestsTooDeep);
  assert.deepEqual(rig.sent(), []);
});

test("a message that is no JSON is ignored, and what it holds is not logged", () => {
  const rig = new Rig();
  rig.deliver("notify-next", '{"url":"https://h/f?X-Amz-Signature=5ec2e7"},');
  assert.equal(rig.jobs.ignoredCount, 1);
  assert.deepEqual(rig.log, ["jobs: message ignored: not JSON"]);
});

test("a name that comes twice is treated so, too: two readers could differ about it", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  const { body } = rig.one();
  const text = `{"clientToken":"${body["clientToken"]}","execution":{"jobId":"a","jobId":"b"}}`;
  rig.deliver("start-next/accepted", text);
  assert.equal(rig.one().body["includeJobDocument"], false);
  assert.deepEqual(rig.log, ["jobs: message ignored: a name comes twice in it"]);
});

test("what cannot be taken of a reply to another changes nothing", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  const request = rig.one();
  rig.deliver("start-next/accepted", `{"clientToken":"another","execution":${"[".repeat(40)}`);
  rig.deliver("start-next/accepted", '{"clientToken":"another","clientToken":"another"}');
  assert.deepEqual(rig.sent(), []);
  rig.accept(request, job("j1", 2));
  assert.deepEqual(rig.seen, ["execution j1 2"]);
});

test("a message may come in any pieces, and in any order of its fields", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  const { clientToken } = rig.one().body;
  const payload = Buffer.from(JSON.stringify({ ...job("j1", 2), clientToken }));
  rig.jobs.onMessageStart(`${prefix}start-next/accepted`);
  for (let at = 0; at < payload.length; at += 1) {
    assert.deepEqual(rig.seen, []);
    rig.jobs.onMessageBytes(payload.subarray(at, at + 1));
  }
  rig.jobs.onMessageEnd();
  rig.jobs.onMessageEnd();
  assert.deepEqual(rig.seen, ["execution j1 2"]);
});

test("a reply to nothing is not read at all", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  const wanted = ["start-next/accepted", "start-next/rejected", "notify-next"];
  const others = ["j1/get/accepted", "j1/update/rejected", "j1/update/accepted", "$next/get/x"];
  for (const topic of others) rig.deliver(topic, "{no JSON");
  assert.equal(rig.jobs.ignoredCount, 0);
  for (const topic of wanted) rig.deliver(topic, "{no JSON");
  assert.equal(rig.jobs.ignoredCount, 3);
});

test("a message that a disconnect cuts is dropped", () => {
  const rig = started();
  rig.jobs.onMessageStart(`${prefix}notify-next`);
  rig.jobs.onMessageBytes(Buffer.from("{"));
  rig.disconnect();
  rig.connect();
  rig.jobs.onMessageBytes(Buffer.from("}"));
  rig.jobs.onMessageEnd();
  assert.deepEqual(rig.seen, ["online"]);
  assert.equal(rig.jobs.ignoredCount, 0);
});

test("a message far above 8 KB is read, as long as its fields are within their bounds", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  rig.accept(rig.one(), { ...job("j1", 2), more: "x".repeat(100_000) });
  assert.deepEqual(rig.seen, ["execution j1 2"]);
});

test("of a rejection that says much, its length is told", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  rig.reject(rig.one(), "InvalidRequest", { message: "m".repeat(3000) });
  assert.deepEqual(rig.log, ["jobs: startNext rejected: InvalidRequest (3000 bytes)"]);
});

test("what makes no sense is counted and changes nothing", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  const request = rig.one();
  for (const body of ["", "{", "null", "[]", "1", '"x"', "\u0000", { execution: { jobId: 1 } }]) {
    rig.deliver("notify-next", body);
  }
  rig.accept(request, { execution: { jobId: "j1" } });
  assert.equal(rig.jobs.ignoredCount, 9);
  assert.deepEqual(rig.seen, []);
  // The request is still under way.
  rig.accept(request, job("j1", 2));
  assert.deepEqual(rig.seen, ["execution j1 2"]);
});

test("other topics of the same MQTT client are left alone", () => {
  const rig = new Rig();
  deliverWhole(rig.jobs, "telemetry/config", Buffer.from("{"));
  assert.equal(rig.jobs.ignoredCount, 0);
});

test("the user may ask for more in any callback", () => {
  const rig = started();
  rig.reactions["updated"] = () => rig.jobs.startNext();
  rig.reactions["execution"] = () => rig.jobs.update(progress("j2"));
  rig.jobs.update(done("j1"));
  rig.accept(rig.one(), state(3, "SUCCEEDED"));
  rig.accept(rig.one(), job("j2", 2));
  const update = rig.one();
  assert.deepEqual([update.topic, update.body["expectedVersion"]], ["j2/update", 2]);
});

test("no callback runs inside a call", () => {
  const rig = started();
  rig.jobs.startNext();
  rig.jobs.describe("$next");
  rig.jobs.update(progress("j1"));
  rig.jobs.update(done("j1"));
  assert.deepEqual(rig.seen, []);
});

test("no message whatever throws", () => {
  const topic = fc.constantFrom(
    "notify-next",
    "start-next/accepted",
    "start-next/rejected",
    "j1/update/accepted",
    "j1/update/rejected",
    "j1/get/accepted",
  );
  const field = fc.constantFrom("execution", "executionState", "code", "message", "__proto__");
  const body = fc.dictionary(field, fc.jsonValue());
  fc.assert(
    fc.property(fc.array(fc.tuple(topic, body, fc.nat(200)), { maxLength: 8 }), (messages) => {
      const rig = started();
      rig.jobs.startNext();
      rig.jobs.describe("j1");
      rig.jobs.update(progress("j1"));
      const tokens = rig.sent().map((request) => request.body["clientToken"]);
      for (const [suffix, fields, cut] of messages) {
        for (const clientToken of tokens) {
          const text = JSON.stringify({ ...fields, clientToken });
          rig.deliver(suffix, text);
          rig.deliver(suffix, text.slice(0, cut));
        }
      }
      // Still alive.
      rig.seen.length = 0;
      rig.sent();
      rig.jobs.startNext();
      const request = rig.sent().find((sent) => sent.topic === "start-next");
      assert(request !== undefined);
      rig.accept(request, job("j9", 1));
      assert.deepEqual(rig.seen, ["execution j9 1"]);
    }),
  );
});

test("an answer that does not come is doubt about the connection, each time", () => {
  const rig = new Rig();
  rig.jobs.startNext();
  rig.clock.advance(config.answerTimeoutMs - 1);
  assert.deepEqual(rig.seen, []);
  rig.clock.advance(1);
  assert.deepEqual(rig.seen, ["unanswered"]);
  rig.clock.advance(config.answerTimeoutMs + config.backoffMinMs);
  assert.deepEqual(rig.seen, ["unanswered", "unanswered"]);
});
