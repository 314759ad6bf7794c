import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestJobs, thingArn } from "../testing/jobs.ts";

const one = { thingName: "t", jobId: "one" };

test("a job can be created once, for targets that exist, with a document that is JSON", () => {
  const jobs = createTestJobs();
  jobs.create("one");
  const placeholder = `{"u":"\${aws:iot:s3-presigned-url:https://s3.amazonaws.com/b/k}"}`;
  const cases: ReadonlyArray<readonly [string, object, string]> = [
    ["one", {}, "ResourceAlreadyExists"],
    ["two", { targets: [thingArn.replace(/t$/, "nobody")] }, "ResourceNotFound"],
    ["two", { targets: [] }, "InvalidRequest"],
    ["two", { document: "{" }, "InvalidRequest"],
    ["two", { document: `"${"x".repeat(32_767)}"` }, "InvalidRequest"],
    ["two", { document: placeholder }, "InvalidRequest"],
    ["two", { presignedUrl: { roleArn: "r", expiresInS: 59 } }, "InvalidRequest"],
    ["two", { presignedUrl: { roleArn: "r", expiresInS: 3601 } }, "InvalidRequest"],
    ["two", { targetSelection: "SOMETIMES" }, "InvalidRequest"],
    ["two", { inProgressTimeoutMinutes: 0 }, "InvalidRequest"],
    ["two", { inProgressTimeoutMinutes: 10_081 }, "InvalidRequest"],
    ["two", { description: "x".repeat(2029) }, "InvalidRequest"],
    ["has space", {}, "InvalidRequest"],
    ["x".repeat(65), {}, "InvalidRequest"],
  ];
  for (const [jobId, more, code] of cases) {
    assert.throws(() => jobs.create(jobId, more), { code }, JSON.stringify([jobId, more]));
  }
  assert.equal(jobs.ledger.jobs.size, 1);
  jobs.create("x".repeat(64), { document: `"${"x".repeat(32_766)}"` });
});

test("canceling a job ends what is queued, and what is in progress by force only", () => {
  const jobs = createTestJobs();
  jobs.create("one");
  jobs.create("two");
  jobs.create("three");
  jobs.ask("start-next");
  jobs.control.cancel({ jobId: "one", force: false });
  assert.equal(jobs.ledger.job("one").status, "CANCELED");
  assert.equal(jobs.ledger.execution("t", "one").status, "IN_PROGRESS");
  assert.ok(jobs.ask("one/update", { status: "SUCCEEDED" })["accepted"]);
  assert.equal(jobs.ledger.job("one").status, "CANCELED");

  jobs.control.cancel({ jobId: "two", force: false });
  assert.equal(jobs.ledger.execution("t", "two").status, "CANCELED");
  assert.equal(jobs.ledger.execution("t", "two").versionNumber, 2);

  jobs.ask("start-next");
  jobs.control.cancel({ jobId: "three", force: true, comment: "no", reasonCode: "BAD" });
  const { status, forceCanceled, versionNumber } = jobs.ledger.execution("t", "three");
  assert.deepEqual([status, forceCanceled, versionNumber], ["CANCELED", true, 3]);
  assert.throws(() => jobs.control.cancel({ jobId: "three", force: true }), {
    code: "InvalidRequest",
  });
});

test("canceling an execution in progress wants force, one that has ended cannot be canceled", () => {
  const jobs = createTestJobs();
  jobs.create("one");
  jobs.ask("start-next");
  assert.throws(() => jobs.control.cancelExecution({ ...one, force: false }), {
    code: "InvalidStateTransition",
  });
  assert.throws(() => jobs.control.cancelExecution({ ...one, force: true, expectedVersion: 1 }), {
    code: "VersionMismatch",
  });
  jobs.control.cancelExecution({ ...one, force: true, statusDetails: { by: "me" } });
  assert.deepEqual(jobs.ledger.execution("t", "one").statusDetails, { by: "me" });
  assert.throws(() => jobs.control.cancelExecution({ ...one, force: true }), {
    code: "InvalidStateTransition",
  });
});

test("an execution that has not ended is deleted by force only, and leaves the queue", () => {
  const jobs = createTestJobs();
  jobs.create("one");
  const doomed = { ...one, executionNumber: 1 };
  assert.throws(() => jobs.control.deleteExecution({ ...doomed, force: false }), {
    code: "InvalidStateTransition",
  });
  jobs.notifications.splice(0);
  jobs.control.deleteExecution({ ...doomed, force: true });
  assert.deepEqual(
    jobs.notifications.map(({ topic }) => topic),
    ["notify", "notify-next"],
  );
  assert.throws(() => jobs.control.deleteExecution({ ...doomed, force: true }), {
    code: "ResourceNotFound",
  });
});

test("a job in progress is deleted by force only, with all its executions", () => {
  const jobs = createTestJobs();
  jobs.create("one");
  assert.throws(() => jobs.control.delete("one", false), { code: "InvalidStateTransition" });
  jobs.control.delete("one", true);
  assert.deepEqual(jobs.ledger.ofThing("t"), []);
  assert.throws(() => jobs.ledger.job("one"), { code: "ResourceNotFound" });
  jobs.create("one");
  assert.equal(jobs.ledger.execution("t", "one").executionNumber, 1);
});

test("a thing that is deleted is taken out of its jobs, which its own history keeps", () => {
  const jobs = createTestJobs();
  jobs.registry.createThing("u");
  jobs.create("ended");
  jobs.ask("ended/update", { status: "SUCCEEDED" });
  jobs.create("started", { targets: [thingArn, thingArn.replace(/t$/, "u")] });
  jobs.create("queued");
  jobs.ask("start-next");
  jobs.notifications.splice(0);
  jobs.registry.deleteThing("t");
  const statusOf = (jobId: string) => jobs.ledger.execution("t", jobId).status;
  assert.deepEqual(["ended", "started", "queued"].map(statusOf), [
    "SUCCEEDED",
    "REMOVED",
    "REMOVED",
  ]);
  assert.equal(jobs.ledger.execution("u", "started").status, "QUEUED");
  assert.equal(jobs.ledger.job("started").status, "IN_PROGRESS");
  assert.equal(jobs.ledger.job("queued").status, "COMPLETED");
  assert.deepEqual(
    jobs.notifications.map(({ topic, body }) => [topic, body["jobs"] ?? body["execution"]]),
    [
      ["notify", {}],
      ["notify-next", undefined],
    ],
  );
  jobs.registry.deleteThing("t");
  assert.equal(jobs.notifications.length, 2);
});
