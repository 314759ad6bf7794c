import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createNames } from "../names.ts";
import { createTestJobs, type TestJobs } from "../testing/jobs.ts";
import type { JobRequest } from "./job.ts";

const minuteMs = 60_000;
const names = createNames("eu-west-1");

/** A job for so many things, created with `more`. */
function fleet(count: number, more: Partial<JobRequest>): TestJobs {
  const jobs = createTestJobs();
  const things = Array.from({ length: count }, (_, index) => `thing-${index}`);
  for (const thing of things) jobs.registry.createThing(thing);
  jobs.create("one", { targets: things.map(names.thing), ...more });
  return jobs;
}

function made(jobs: TestJobs): number {
  return jobs.ledger.ofJob(jobs.ledger.job("one")).length;
}

/** Ends the execution of that thing, as its device would. */
function end(jobs: TestJobs, index: number, status: "SUCCEEDED" | "FAILED" | "REJECTED"): void {
  const thingName = `thing-${index}`;
  jobs.ledger.change([thingName], () =>
    jobs.ledger.revise(jobs.ledger.execution(thingName, "one"), status),
  );
}

test("a constant rate: no minute makes more, none is left out, and each thing has one", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (count, maximumPerMinute) => {
        const jobs = fleet(count, { rollout: { maximumPerMinute } });
        for (let minute = 1; minute * maximumPerMinute < count; minute += 1) {
          assert.equal(made(jobs), minute * maximumPerMinute);
          jobs.clock.advance(minuteMs - 1);
          assert.equal(made(jobs), minute * maximumPerMinute);
          jobs.clock.advance(1);
        }
        assert.equal(made(jobs), count);
        jobs.clock.advance(10 * minuteMs);
        assert.equal(made(jobs), count);
      },
    ),
    { numRuns: 50 },
  );
});

test("an exponential rate grows with the things notified, up to the maximum", () => {
  const exponentialRate = {
    baseRatePerMinute: 2,
    incrementFactor: 2,
    rateIncreaseCriteria: { numberOfNotifiedThings: 4 },
  };
  const jobs = fleet(40, { rollout: { exponentialRate, maximumPerMinute: 10 } });
  const counts: number[] = [];
  for (let minute = 0; minute < 6; minute += 1) {
    counts.push(made(jobs));
    jobs.clock.advance(minuteMs);
  }
  // 2 and 2, then 4 after 4 things, 10 instead of the 2 × 2² of 8, and so on.
  assert.deepEqual(counts, [2, 4, 8, 16, 26, 36]);
});

test("an exponential rate that counts successes waits for them", () => {
  const exponentialRate = {
    baseRatePerMinute: 1,
    incrementFactor: 3,
    rateIncreaseCriteria: { numberOfSucceededThings: 1 },
  };
  const jobs = fleet(9, { rollout: { exponentialRate } });
  jobs.clock.advance(minuteMs);
  assert.equal(made(jobs), 2);
  end(jobs, 0, "SUCCEEDED");
  jobs.clock.advance(minuteMs);
  assert.equal(made(jobs), 5);
});

test("a job is not complete while things still wait for it, and canceling forgets them", () => {
  const jobs = fleet(2, { rollout: { maximumPerMinute: 1 } });
  end(jobs, 0, "SUCCEEDED");
  assert.equal(jobs.ledger.job("one").status, "IN_PROGRESS");
  jobs.control.cancel({ jobId: "one", force: false });
  jobs.clock.advance(5 * minuteMs);
  assert.equal(made(jobs), 1);
});

test("so many failures of so many cancel the job, and not one fewer", () => {
  const abort = [
    {
      failureType: "FAILED",
      action: "CANCEL",
      thresholdPercentage: 50,
      minNumberOfExecutedThings: 4,
    },
  ] as const;
  const jobs = fleet(10, { abort, rollout: { maximumPerMinute: 6 } });
  end(jobs, 0, "FAILED");
  end(jobs, 1, "FAILED");
  end(jobs, 2, "REJECTED");
  assert.equal(jobs.ledger.job("one").status, "IN_PROGRESS");
  jobs.notifications.splice(0);
  end(jobs, 3, "SUCCEEDED");
  assert.equal(jobs.ledger.job("one").status, "CANCELED");
  assert.equal(jobs.ledger.execution("thing-4", "one").status, "CANCELED");
  assert.ok(jobs.notifications.some(({ thingName }) => thingName === "thing-4"));
  jobs.clock.advance(minuteMs);
  assert.equal(made(jobs), 6);
});

test("a failed execution is followed by another, as often as the job says, no more", () => {
  const retry = [{ failureType: "FAILED", numberOfRetries: 2 }] as const;
  const jobs = createTestJobs();
  jobs.create("one", { retry });
  for (const executionNumber of [1, 2, 3]) {
    const execution = jobs.ledger.execution("t", "one");
    assert.equal(execution.executionNumber, executionNumber);
    assert.equal(execution.status, "QUEUED");
    assert.equal(jobs.ledger.job("one").status, "IN_PROGRESS");
    assert.ok(jobs.ask("one/update", { status: "FAILED" })["accepted"]);
  }
  assert.equal(jobs.ledger.execution("t", "one").executionNumber, 3);
  assert.equal(jobs.ledger.job("one").status, "COMPLETED");
});

test("what was rejected, timed out or canceled is not retried for FAILED; ALL has both", () => {
  for (const [failureType, expected] of [
    ["FAILED", 1],
    ["TIMED_OUT", 2],
    ["ALL", 2],
  ] as const) {
    const jobs = createTestJobs();
    const retry = [{ failureType, numberOfRetries: 1 }];
    jobs.create("one", { retry, inProgressTimeoutMinutes: 1 });
    jobs.ask("start-next");
    jobs.clock.advance(minuteMs);
    assert.equal(jobs.ledger.execution("t", "one").executionNumber, expected, failureType);
    jobs.create("two", { retry });
    jobs.ask("two/update", { status: "REJECTED" });
    assert.equal(jobs.ledger.execution("t", "two").executionNumber, 1, failureType);
  }
});

test("a schedule: nothing before the start, the end's behaviour at the end", () => {
  const hourMs = 60 * minuteMs;
  for (const [endBehavior, queued, started, job] of [
    ["STOP_ROLLOUT", "QUEUED", "IN_PROGRESS", "IN_PROGRESS"],
    ["CANCEL", "CANCELED", "IN_PROGRESS", "CANCELED"],
    ["FORCE_CANCEL", "CANCELED", "CANCELED", "CANCELED"],
  ] as const) {
    const at = (inMs: number) => new Date(1_700_000_000_500 + inMs).toISOString().slice(0, 19);
    const schedule = { startTime: at(hourMs), endTime: at(3 * hourMs), endBehavior };
    const jobs = fleet(3, { schedule, rollout: { maximumPerMinute: 2 } });
    assert.equal(jobs.ledger.job("one").status, "SCHEDULED");
    jobs.clock.advance(hourMs - 1000);
    assert.equal(made(jobs), 0);
    jobs.clock.advance(1000);
    assert.equal(jobs.ledger.job("one").status, "IN_PROGRESS");
    assert.equal(made(jobs), 2);
    const first = jobs.ledger.execution("thing-0", "one");
    jobs.ledger.change(["thing-0"], () => jobs.ledger.revise(first, "IN_PROGRESS"));
    jobs.clock.advance(2 * hourMs);
    assert.equal(first.status, started, endBehavior);
    assert.equal(jobs.ledger.execution("thing-1", "one").status, queued, endBehavior);
    assert.equal(jobs.ledger.job("one").status, job, endBehavior);
  }
});

test("a schedule that is too soon, too late or the wrong way round is refused", () => {
  const at = (minutes: number) =>
    new Date(1_700_000_000_500 + minutes * minuteMs).toISOString().slice(0, 16);
  const jobs = createTestJobs();
  for (const schedule of [
    { startTime: "tomorrow" },
    { startTime: at(29) },
    { startTime: at(366 * 24 * 60) },
    { endTime: at(29) },
    { startTime: at(60), endTime: at(89) },
    { endBehavior: "CANCEL" } as const,
  ]) {
    const attempt = () => jobs.create("one", { schedule });
    assert.throws(attempt, { code: "InvalidRequest" }, JSON.stringify(schedule));
  }
  jobs.create("one", { schedule: { startTime: at(31), endTime: at(62) } });
});
