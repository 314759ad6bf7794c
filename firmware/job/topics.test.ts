import assert from "node:assert/strict";
import { test } from "node:test";
import { isJobId, isThingName, JobTopics } from "./topics.ts";

const topics = new JobTopics("nrf-352656100442659");
const prefix = "$aws/things/nrf-352656100442659/jobs/";

test("makes the topics of the AWS guide", () => {
  assert.equal(topics.startNext, `${prefix}start-next`);
  assert.equal(topics.get("$next"), `${prefix}$next/get`);
  assert.equal(topics.get("job-1"), `${prefix}job-1/get`);
  assert.equal(topics.update("job-1"), `${prefix}job-1/update`);
  assert.deepEqual(topics.subscriptions, [
    `${prefix}notify-next`,
    `${prefix}start-next/+`,
    `${prefix}+/get/+`,
    `${prefix}+/update/+`,
  ]);
});

const ours: [string, string, boolean, string][] = [
  ["notify-next", "notifyNext", true, ""],
  ["start-next/accepted", "startNext", true, ""],
  ["start-next/rejected", "startNext", false, ""],
  ["$next/get/accepted", "get", true, "$next"],
  ["job-1/get/rejected", "get", false, "job-1"],
  ["job_1/update/accepted", "update", true, "job_1"],
];

for (const [suffix, kind, accepted, job] of ours) {
  test(`understands ${suffix}`, () => {
    assert.deepEqual(topics.parse(prefix + suffix), { kind, accepted, job });
  });
}

const others = [
  "telemetry",
  `${prefix}notify`,
  `${prefix}start-next`,
  `${prefix}start-next/accepted/more`,
  `${prefix}job-1/get`,
  `${prefix}job-1/delete/accepted`,
  `${prefix}job.1/update/accepted`,
  `${prefix}/update/accepted`,
  `${prefix}${"j".repeat(65)}/update/accepted`,
  "$aws/things/other/jobs/notify-next",
];

for (const topic of others) {
  test(`leaves ${topic.slice(0, 60)} alone`, () => assert.equal(topics.parse(topic), undefined));
}

test("knows thing names and job ids", () => {
  for (const name of ["a", "A:b_c-9", "x".repeat(128)]) assert.equal(isThingName(name), true);
  for (const name of ["", "a/b", "a+", "x#", "x".repeat(129), "a\n"]) {
    assert.equal(isThingName(name), false);
    assert.throws(() => new JobTopics(name), /assertion/);
  }
  for (const id of ["a", "A_b-9", "x".repeat(64)]) assert.equal(isJobId(id), true);
  for (const id of ["", "a:b", "$next", "x".repeat(65), "a\n"]) assert.equal(isJobId(id), false);
});
