import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../json.ts";
import { createTestJobs, type TestJobs, thingArn } from "../testing/jobs.ts";

const minuteMs = 60_000;

/** What was notified since the last call: topic and the jobs named, in order. */
function notified(jobs: TestJobs): string[] {
  return jobs.notifications.splice(0).map(({ topic, body }) => {
    if (topic === "notify-next") {
      const execution = body["execution"] as JsonObject | undefined;
      return `next ${String(execution?.["jobId"] ?? "-")}`;
    }
    const groups = body["jobs"] as Record<string, JsonObject[]>;
    const text = Object.entries(groups).map(
      ([status, list]) => `${status}:${list.map((one) => one["jobId"]).join(",")}`,
    );
    return `notify ${text.join(" ") || "-"}`;
  });
}

function statusOf(jobs: TestJobs, jobId: string): string {
  return jobs.ledger.execution("t", jobId).status;
}

test("notify follows the set of pending jobs, notify-next its head, a start is silent", () => {
  const jobs = createTestJobs();
  jobs.create("one");
  assert.deepEqual(notified(jobs), ["notify QUEUED:one", "next one"]);
  jobs.create("two");
  assert.deepEqual(notified(jobs), ["notify QUEUED:one,two"]);
  jobs.ask("start-next");
  jobs.ask("one/update", { status: "IN_PROGRESS" });
  assert.deepEqual(notified(jobs), []);
  jobs.ask("one/update", { status: "SUCCEEDED" });
  assert.deepEqual(notified(jobs), ["notify QUEUED:two", "next two"]);
  jobs.ask("two/update", { status: "FAILED" });
  assert.deepEqual(notified(jobs), ["notify -", "next -"]);
});

test("a job started out of turn becomes the head", () => {
  const jobs = createTestJobs();
  jobs.create("one");
  jobs.create("two");
  notified(jobs);
  jobs.ask("two/update", { status: "IN_PROGRESS" });
  assert.deepEqual(notified(jobs), ["next two"]);
});

test("notify-next carries the document, notify at most ten jobs", () => {
  const jobs = createTestJobs();
  for (let index = 0; index < 12; index += 1) jobs.create(`job-${index}`);
  const next = jobs.notifications.find(({ topic }) => topic === "notify-next");
  const execution = next?.body["execution"] as JsonObject;
  assert.deepEqual(execution["jobDocument"], { a: 1 });
  assert.equal(execution["status"], "QUEUED");
  const last = jobs.notifications.at(-1)?.body["jobs"] as Record<string, JsonObject[]>;
  assert.equal(last["QUEUED"]?.length, 10);
});

test("the in-progress timer starts with the execution and ends it", () => {
  const jobs = createTestJobs();
  jobs.create("one", { inProgressTimeoutMinutes: 10 });
  jobs.clock.advance(60 * minuteMs);
  assert.equal(statusOf(jobs, "one"), "QUEUED");
  const { accepted } = jobs.ask("start-next") as { accepted: { execution: JsonObject } };
  assert.equal(accepted.execution["approximateSecondsBeforeTimedOut"], 600);
  jobs.clock.advance(10 * minuteMs - 1);
  jobs.ask("one/update", { status: "IN_PROGRESS" });
  assert.equal(statusOf(jobs, "one"), "IN_PROGRESS");
  notified(jobs);
  jobs.clock.advance(1);
  assert.equal(statusOf(jobs, "one"), "TIMED_OUT");
  assert.equal(jobs.ledger.execution("t", "one").versionNumber, 4);
  assert.equal(jobs.ledger.job("one").status, "COMPLETED");
  assert.deepEqual(notified(jobs), ["notify -", "next -"]);
});

test("the step timer is set anew by an update with a value, kept by one without", () => {
  const jobs = createTestJobs();
  jobs.create("one");
  jobs.ask("start-next", { stepTimeoutInMinutes: 5 });
  jobs.clock.advance(4 * minuteMs);
  jobs.ask("one/update", { status: "IN_PROGRESS", stepTimeoutInMinutes: 5 });
  jobs.clock.advance(4 * minuteMs);
  jobs.ask("one/update", { status: "IN_PROGRESS" });
  assert.equal(statusOf(jobs, "one"), "IN_PROGRESS");
  jobs.clock.advance(1 * minuteMs);
  assert.equal(statusOf(jobs, "one"), "TIMED_OUT");
});

test("the step timer can be stopped, and ends with the execution", () => {
  const jobs = createTestJobs();
  jobs.create("one");
  jobs.create("two");
  jobs.ask("start-next", { stepTimeoutInMinutes: 5 });
  jobs.ask("one/update", { status: "IN_PROGRESS", stepTimeoutInMinutes: -1 });
  jobs.clock.advance(60 * minuteMs);
  assert.equal(statusOf(jobs, "one"), "IN_PROGRESS");
  jobs.ask("two/update", { status: "IN_PROGRESS", stepTimeoutInMinutes: 5 });
  jobs.ask("two/update", { status: "SUCCEEDED" });
  jobs.clock.advance(60 * minuteMs);
  assert.equal(statusOf(jobs, "two"), "SUCCEEDED");
});

test("the in-progress timer holds even if the step timer is later", () => {
  const jobs = createTestJobs();
  jobs.create("one", { inProgressTimeoutMinutes: 3 });
  jobs.ask("start-next", { stepTimeoutInMinutes: 30 });
  jobs.clock.advance(3 * minuteMs);
  assert.equal(statusOf(jobs, "one"), "TIMED_OUT");
});

test("a placeholder becomes a new URL each time the document is asked for", () => {
  const jobs = createTestJobs(0);
  const url = "https://s3.eu-west-1.amazonaws.com/b/k/1.hex";
  jobs.create("one", {
    document: `{"url":"\${aws:iot:s3-presigned-url:${url}}"}`,
    presignedUrl: { roleArn: "arn:aws:iam::123456789012:role/r", expiresInS: 60 },
  });
  const seen = () => {
    const { accepted } = jobs.ask("one/get") as { accepted: { execution: JsonObject } };
    return (accepted.execution["jobDocument"] as JsonObject)["url"];
  };
  assert.equal(seen(), "https://b/k/1.hex?at=0&for=60");
  jobs.clock.advance(90_000);
  assert.equal(seen(), "https://b/k/1.hex?at=90000&for=60");
});

test("a snapshot job completes with its last execution, a continuous one goes on", () => {
  const jobs = createTestJobs();
  jobs.registry.createThing("u");
  const targets = [thingArn, thingArn.replace(/t$/, "u")];
  jobs.create("snapshot", { targets });
  jobs.create("continuous", { targets, targetSelection: "CONTINUOUS" });
  jobs.ask("snapshot/update", { status: "SUCCEEDED" });
  assert.equal(jobs.ledger.job("snapshot").status, "IN_PROGRESS");
  jobs.control.cancelExecution({ thingName: "u", jobId: "snapshot", force: false });
  assert.equal(jobs.ledger.job("snapshot").status, "COMPLETED");
  jobs.ask("continuous/update", { status: "SUCCEEDED" });
  jobs.control.cancelExecution({ thingName: "u", jobId: "continuous", force: false });
  assert.equal(jobs.ledger.job("continuous").status, "IN_PROGRESS");
});

test("a continuous job comes to who joins its group and is taken from who leaves", () => {
  const jobs = createTestJobs();
  const { groupArn } = jobs.registry.createGroup("g");
  jobs.create("snapshot", { targets: [groupArn] });
  jobs.create("continuous", { targets: [groupArn], targetSelection: "CONTINUOUS" });
  jobs.registry.addToGroup("g", "t");
  assert.deepEqual(
    jobs.ledger.pending("t").map(({ job }) => job.request.jobId),
    ["continuous"],
  );
  assert.deepEqual(notified(jobs), ["notify QUEUED:continuous", "next continuous"]);
  jobs.registry.removeFromGroup("g", "t");
  assert.equal(statusOf(jobs, "continuous"), "REMOVED");
  assert.deepEqual(notified(jobs), ["notify -", "next -"]);
  jobs.registry.addToGroup("g", "t");
  assert.equal(jobs.ledger.execution("t", "continuous").executionNumber, 2);
  jobs.control.cancel({ jobId: "continuous", force: false });
  jobs.registry.removeFromGroup("g", "t");
  jobs.registry.addToGroup("g", "t");
  assert.equal(jobs.ledger.ofThing("t").length, 2);
});

test("a thing that leaves one group stays a target through another", () => {
  const jobs = createTestJobs();
  const groups = ["g", "h"].map((name) => jobs.registry.createGroup(name).groupArn);
  for (const name of ["g", "h"]) jobs.registry.addToGroup(name, "t");
  jobs.create("c", { targets: groups, targetSelection: "CONTINUOUS" });
  jobs.registry.removeFromGroup("g", "t");
  assert.equal(statusOf(jobs, "c"), "QUEUED");
  jobs.registry.deleteGroup("h");
  assert.equal(statusOf(jobs, "c"), "REMOVED");
});
