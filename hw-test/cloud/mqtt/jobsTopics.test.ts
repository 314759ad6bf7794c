import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../json.ts";
import { createTestJobs } from "../testing/jobs.ts";
import { JobsTopics } from "./jobsTopics.ts";

const timestamp = 1_700_000_000;
const startMs = timestamp * 1000 + 500;

const queued = {
  jobId: "one",
  thingName: "t",
  status: "QUEUED",
  queuedAt: timestamp,
  lastUpdatedAt: timestamp,
  versionNumber: 1,
  executionNumber: 1,
};
const started = { ...queued, status: "IN_PROGRESS", startedAt: timestamp, versionNumber: 2 };

function rejected(reply: JsonObject): JsonObject {
  return reply["rejected"] as JsonObject;
}

test("get lists what is in progress and what is queued, with whole seconds", () => {
  const jobs = createTestJobs(startMs);
  const empty = { inProgressJobs: [], queuedJobs: [], timestamp };
  assert.deepEqual(jobs.ask("get"), { accepted: empty });
  jobs.create("one");
  jobs.create("two");
  jobs.ask("start-next");
  const summary = {
    queuedAt: timestamp,
    lastUpdatedAt: timestamp,
    executionNumber: 1,
  };
  assert.deepEqual(jobs.ask("get", { clientToken: "c1" }), {
    accepted: {
      inProgressJobs: [{ jobId: "one", ...summary, startedAt: timestamp, versionNumber: 2 }],
      queuedJobs: [{ jobId: "two", ...summary, versionNumber: 1 }],
      clientToken: "c1",
      timestamp,
    },
  });
});

test("start-next starts the head once: asked again, it gives the same, unchanged", () => {
  const jobs = createTestJobs(startMs);
  assert.deepEqual(jobs.ask("start-next", { clientToken: "" }), {
    accepted: { clientToken: "", timestamp },
  });
  jobs.create("one");
  jobs.create("two");
  const execution = { ...started, statusDetails: { step: "a" }, jobDocument: { a: 1 } };
  assert.deepEqual(jobs.ask("start-next", { statusDetails: { step: "a" } }), {
    accepted: { execution, timestamp },
  });
  jobs.clock.advance(5000);
  assert.deepEqual(jobs.ask("start-next", { statusDetails: { step: "b" } }), {
    accepted: { execution, timestamp: timestamp + 5 },
  });
});

test("describe looks without touching, by id, by number or as $next", () => {
  const jobs = createTestJobs(startMs);
  assert.deepEqual(jobs.ask("$next/get"), { accepted: { timestamp } });
  jobs.create("one");
  const execution = { ...queued, jobDocument: { a: 1 } };
  for (const body of [{}, { executionNumber: 1 }, { includeJobDocument: true }]) {
    assert.deepEqual(jobs.ask("one/get", body), { accepted: { execution, timestamp } });
  }
  assert.deepEqual(jobs.ask("$next/get"), { accepted: { execution, timestamp } });
  assert.deepEqual(jobs.ask("one/get", { includeJobDocument: false }), {
    accepted: { execution: queued, timestamp },
  });
  const missing = [jobs.ask("other/get"), jobs.ask("one/get", { executionNumber: 2 })];
  for (const reply of missing) assert.equal(rejected(reply)["code"], "ResourceNotFound");
});

test("every accepted update is a new version, also from IN_PROGRESS to IN_PROGRESS", () => {
  const jobs = createTestJobs(startMs);
  jobs.create("one");
  jobs.ask("start-next");
  const body = { status: "IN_PROGRESS", statusDetails: { p: "50" } };
  assert.deepEqual(jobs.ask("one/update", body), { accepted: { timestamp } });
  const asked = { status: "IN_PROGRESS", includeJobExecutionState: true, includeJobDocument: true };
  assert.deepEqual(jobs.ask("one/update", asked), {
    accepted: {
      executionState: { status: "IN_PROGRESS", statusDetails: { p: "50" }, versionNumber: 4 },
      jobDocument: { a: 1 },
      timestamp,
    },
  });
});

test("an update may go straight from QUEUED to the end", () => {
  const jobs = createTestJobs();
  for (const status of ["SUCCEEDED", "FAILED", "REJECTED"]) {
    jobs.create(status);
    assert.ok(jobs.ask(`${status}/update`, { status })["accepted"]);
    assert.equal(jobs.ledger.execution("t", status).status, status);
  }
});

test("expectedVersion counts, as a number or spelled as a string", () => {
  const jobs = createTestJobs(startMs);
  jobs.create("one");
  const update = { status: "IN_PROGRESS", clientToken: "v" };
  assert.deepEqual(jobs.ask("one/update", { ...update, expectedVersion: 99 }), {
    rejected: {
      code: "VersionMismatch",
      message: "Expected version 99 but found version 1",
      executionState: { status: "QUEUED", versionNumber: 1 },
      clientToken: "v",
      timestamp,
    },
  });
  assert.ok(jobs.ask("one/update", { ...update, expectedVersion: "1" })["accepted"]);
  assert.equal(
    rejected(jobs.ask("one/update", { ...update, expectedVersion: "1" }))["code"],
    "VersionMismatch",
  );
  assert.ok(jobs.ask("one/update", { ...update, expectedVersion: 2 })["accepted"]);
});

test("what Nordic's client sends is taken: null details, empty token, version as string", () => {
  const jobs = createTestJobs(startMs);
  jobs.create("one");
  const body = {
    status: "IN_PROGRESS",
    statusDetails: null,
    expectedVersion: "1",
    clientToken: "",
  };
  assert.deepEqual(jobs.ask("one/update", body), { accepted: { clientToken: "", timestamp } });
});

test("an ended execution cannot be updated or described, a deleted one is not found", () => {
  const jobs = createTestJobs(startMs);
  jobs.create("one");
  jobs.ask("one/update", { status: "FAILED", statusDetails: { reason: "HEX_NO_EOF" } });
  const update = rejected(jobs.ask("one/update", { status: "SUCCEEDED" }));
  assert.equal(update["code"], "InvalidStateTransition");
  assert.deepEqual(update["executionState"], {
    status: "FAILED",
    statusDetails: { reason: "HEX_NO_EOF" },
    versionNumber: 2,
  });
  assert.equal(rejected(jobs.ask("one/get"))["code"], "TerminalStateReached");
  jobs.control.deleteExecution({ thingName: "t", jobId: "one", executionNumber: 1, force: false });
  assert.equal(rejected(jobs.ask("one/get"))["code"], "ResourceNotFound");
  assert.equal(
    rejected(jobs.ask("one/update", { status: "SUCCEEDED" }))["code"],
    "ResourceNotFound",
  );
});

test("what is malformed is rejected with its code, and changes nothing", () => {
  const jobs = createTestJobs();
  jobs.create("one");
  const pairs = Array.from({ length: 11 }, (_, index) => [`k${index}`, "v"] as const);
  const details = (statusDetails: JsonObject) => ({ status: "IN_PROGRESS", statusDetails });
  const cases: ReadonlyArray<readonly [string, JsonObject | string, string]> = [
    ["one/update", "{", "InvalidJson"],
    ["one/update", "[1, 2]", "InvalidJson"],
    ["one/update", {}, "InvalidRequest"],
    ["one/update", { status: "CANCELED" }, "InvalidStateTransition"],
    ["one/update", { status: "QUEUED" }, "InvalidRequest"],
    ["one/update", { status: 5 }, "InvalidRequest"],
    ["one/update", { status: "IN_PROGRESS", expectedVersion: "x" }, "InvalidRequest"],
    ["one/update", { status: "IN_PROGRESS", clientToken: "x".repeat(65) }, "InvalidRequest"],
    ["one/update", { status: "IN_PROGRESS", stepTimeoutInMinutes: 0 }, "InvalidRequest"],
    ["one/update", { status: "IN_PROGRESS", stepTimeoutInMinutes: 10_081 }, "InvalidRequest"],
    ["one/update", details(Object.fromEntries(pairs)), "InvalidRequest"],
    ["one/update", details({ "a b": "v" }), "InvalidRequest"],
    ["one/update", details({ a: "" }), "InvalidRequest"],
    ["one/update", details({ a: "x".repeat(1025) }), "InvalidRequest"],
    ["one/update", details({ a: 5 }), "InvalidRequest"],
    ["start-next", { stepTimeoutInMinutes: 10_081 }, "InvalidRequest"],
    ["no-such-thing", {}, "InvalidTopic"],
    ["one/notify/x", {}, "InvalidTopic"],
    ["notify", {}, "InvalidTopic"],
  ];
  for (const [topic, body, code] of cases) {
    const reply = jobs.ask(topic, body);
    assert.equal((reply["rejected"] as JsonObject | undefined)?.["code"], code, String(topic));
  }
  assert.equal(jobs.ledger.execution("t", "one").versionNumber, 1);
  assert.ok(jobs.ask("one/update", details(Object.fromEntries(pairs.slice(1))))["accepted"]);
});

test("what is not asked of Jobs, or is an answer, gets no answer", () => {
  const { ledger } = createTestJobs();
  const topics = new JobsTopics({ ledger } as never);
  const topicNames = [
    "$aws/things/other/jobs/get",
    "$aws/things/t/shadow/get",
    "tracker/t",
    "$aws/things/t/jobs/get/accepted",
    "$aws/things/t/jobs/get/rejected",
  ];
  for (const topic of topicNames) {
    assert.equal(topics.answer("t", topic, Buffer.from("{}")), undefined, topic);
  }
});
