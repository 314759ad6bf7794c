import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createNames } from "../names.ts";
import { createTestJobs, type TestJobs } from "../testing/jobs.ts";
import type { JobRequest } from "./job.ts";
import { nextOpenings } from "./windows.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A Tuesday. */
const midnightMs = Date.parse("2026-12-01T00:00:00Z");
const names = createNames("eu-west-1");
const group = names.thingGroup("all");

function nightly(durationInMinutes: number, startTime = "cron(0 2 * * ? *)") {
  return { maintenanceWindows: [{ startTime, durationInMinutes }] };
}

/** A continuous job for a group of so many things. */
function fleet(count: number, more: Partial<JobRequest>, nowMs = midnightMs): TestJobs {
  const jobs = createTestJobs(nowMs);
  jobs.registry.createGroup("all");
  for (let index = 0; index < count; index += 1) join(jobs, `thing-${index}`);
  jobs.create("one", { targets: [group], targetSelection: "CONTINUOUS", ...more });
  return jobs;
}

function join(jobs: TestJobs, thingName: string): void {
  jobs.registry.createThing(thingName);
  jobs.registry.addToGroup("all", thingName);
}

function state(jobs: TestJobs) {
  const job = jobs.ledger.job("one");
  return [job.status, jobs.ledger.ofJob(job).length];
}

test("a rollout goes on in its windows alone, at its rate, and takes what joins in between", () => {
  const jobs = fleet(5, { schedule: nightly(2), rollout: { maximumPerMinute: 1 } });
  const at = (ms: number) => jobs.clock.advance(midnightMs + ms - jobs.clock.now());
  assert.deepEqual(state(jobs), ["SCHEDULED", 0]);
  at(2 * hourMs - 1);
  assert.deepEqual(state(jobs), ["SCHEDULED", 0]);
  at(2 * hourMs);
  assert.deepEqual(state(jobs), ["IN_PROGRESS", 1]);
  at(2 * hourMs + 2 * minuteMs - 1);
  assert.deepEqual(state(jobs), ["IN_PROGRESS", 2]);
  at(2 * hourMs + 2 * minuteMs);
  assert.deepEqual(state(jobs), ["SCHEDULED", 2]);
  assert.equal(jobs.ledger.execution("thing-1", "one").status, "QUEUED");
  join(jobs, "late");
  at(26 * hourMs - 1);
  assert.deepEqual(state(jobs), ["SCHEDULED", 2]);
  at(26 * hourMs + minuteMs);
  assert.deepEqual(state(jobs), ["IN_PROGRESS", 4]);
  at(10 * 24 * hourMs);
  assert.deepEqual(state(jobs), ["SCHEDULED", 6]);
});

test("a job begins with a window that opens after it, not in the middle of one", () => {
  const inside = midnightMs + 2 * hourMs + minuteMs;
  const jobs = fleet(1, { schedule: nightly(60) }, inside);
  assert.deepEqual(state(jobs), ["SCHEDULED", 0]);
  jobs.clock.advance(24 * hourMs - minuteMs);
  assert.deepEqual(state(jobs), ["IN_PROGRESS", 1]);
  const startTime = "2026-12-03T02:01";
  const later = fleet(1, { schedule: { ...nightly(60), startTime } });
  later.clock.advance(3 * 24 * hourMs);
  assert.deepEqual(state(later), ["SCHEDULED", 0]);
  later.clock.advance(2 * hourMs);
  assert.deepEqual(state(later), ["IN_PROGRESS", 1]);
});

test("a failure between two windows is tried again in the next", () => {
  const retry = [{ failureType: "FAILED", numberOfRetries: 1 }] as const;
  const jobs = fleet(1, { schedule: nightly(1), retry });
  jobs.clock.advance(3 * hourMs);
  const fail = () => {
    const execution = jobs.ledger.execution("thing-0", "one");
    jobs.ledger.change(["thing-0"], () => jobs.ledger.revise(execution, "FAILED"));
  };
  fail();
  assert.deepEqual(state(jobs), ["SCHEDULED", 1]);
  jobs.clock.advance(24 * hourMs);
  assert.deepEqual(state(jobs), ["SCHEDULED", 2]);
  fail();
  jobs.clock.advance(48 * hourMs);
  assert.deepEqual(state(jobs), ["SCHEDULED", 2]);
});

test("the end comes between two windows too: what has the job goes on, then it is complete", () => {
  const schedule = { ...nightly(1), endTime: "2026-12-01T12:00" };
  const jobs = fleet(1, { schedule });
  jobs.clock.advance(13 * hourMs);
  assert.deepEqual(state(jobs), ["IN_PROGRESS", 1]);
  join(jobs, "late");
  const execution = jobs.ledger.execution("thing-0", "one");
  jobs.ledger.change(["thing-0"], () => jobs.ledger.revise(execution, "SUCCEEDED"));
  jobs.clock.advance(48 * hourMs);
  assert.deepEqual(state(jobs), ["COMPLETED", 1]);
  const canceled = fleet(2, { schedule: { ...schedule, endBehavior: "CANCEL" } });
  canceled.clock.advance(72 * hourMs);
  assert.deepEqual(state(canceled), ["CANCELED", 2]);
});

test("at every minute of two weeks a job is in progress where the calendar says so", () => {
  const window = fc.record({
    minute: fc.integer({ min: 0, max: 59 }),
    hours: fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 3 }),
    // 1 is Sunday.
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
    length: fc.integer({ min: 1, max: 1430 }),
  });
  const run = (
    windows: Array<{ minute: number; hours: number[]; days: number[]; length: number }>,
  ) => {
    const maintenanceWindows = windows.map(({ minute, hours, days, length }) => ({
      startTime: `cron(${minute} ${hours.join()} ? * ${days.join()} *)`,
      durationInMinutes: length,
    }));
    const jobs = fleet(1, { schedule: { maintenanceWindows } });
    const untilMs = windows.map(() => 0);
    for (let nowMs = midnightMs; nowMs < midnightMs + 14 * 24 * hourMs; nowMs += minuteMs) {
      jobs.clock.advance(nowMs - jobs.clock.now());
      const at = new Date(nowMs);
      windows.forEach(({ minute, hours, days, length }, index) => {
        const opens =
          at.getUTCMinutes() === minute &&
          hours.includes(at.getUTCHours()) &&
          days.includes(at.getUTCDay() + 1);
        if (opens) untilMs[index] = nowMs + length * minuteMs;
      });
      const expected = untilMs.some((ms) => nowMs < ms) ? "IN_PROGRESS" : "SCHEDULED";
      if (jobs.ledger.job("one").status !== expected)
        assert.equal(state(jobs)[0], expected, at.toISOString());
    }
  };
  fc.assert(fc.property(fc.array(window, { minLength: 1, maxLength: 2 }), run), { numRuns: 25 });
});

test("Amazon's own forms of a cron expression are read", () => {
  for (const [expression, first] of [
    ["cron(0 2 ? * SUN *)", "2026-12-06T02:00"],
    ["cron(0 10 L * ? *)", "2026-12-31T10:00"],
    ["cron(0 10 ? * 6#3 *)", "2026-12-18T10:00"],
    ["cron(0/15 8-10 ? * MON-FRI 2027-2028)", "2027-01-01T08:00"],
    ["cron( 15 12 * JAN,FEB ? * )", "2027-01-01T12:15"],
  ] as const) {
    const found = nextOpenings(nightly(1, expression), midnightMs);
    assert.equal(found[0]?.toISOString().slice(0, 16), first, expression);
    assert.equal(found.length, 7);
  }
});
