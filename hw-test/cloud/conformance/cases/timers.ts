import assert from "node:assert/strict";
import { DescribeJobCommand } from "@aws-sdk/client-iot";
import type { Bench } from "../bench.ts";
import { type ConformanceCase, documented, pages } from "../case.ts";
import { accepted, describeNotification, rejected } from "../expect.ts";

const minuteMs = 60_000;

/** What ends an execution by itself: each of these takes a minute and more on AWS. */
export const timerCases: readonly ConformanceCase[] = [
  {
    name: "the step timer ends an execution: TIMED_OUT, seen on notify-next and at an update",
    source: documented(pages.timeouts),
    async run(bench) {
      const device = await bench.listener();
      const jobId = await bench.createJob();
      accepted(await device.request("start-next", { stepTimeoutInMinutes: 1 }));
      await bench.target.pass(minuteMs);
      assert.equal(await statusAfterTimer(bench, jobId), "TIMED_OUT");
      const next = await device.next("notify-next", 2);
      assert.equal(describeNotification(next), "notify-next -");
      const late = await device.request(`${jobId}/update`, { status: "SUCCEEDED" });
      rejected(late, "InvalidStateTransition");
    },
  },
  {
    name: "the in-progress timer of a job ends its execution, and the job is complete",
    source: documented(pages.timeouts),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob({ timeoutConfig: { inProgressTimeoutInMinutes: 1 } });
      accepted(await device.request("start-next"));
      accepted(await device.request(`${jobId}/update`, { status: "IN_PROGRESS" }));
      await bench.target.pass(minuteMs);
      assert.equal(await statusAfterTimer(bench, jobId), "TIMED_OUT");
      const job = await bench.eventually(
        async () => (await bench.iot.send(new DescribeJobCommand({ jobId }))).job,
        (seen) => seen?.status !== "IN_PROGRESS",
      );
      assert.equal(job?.status, "COMPLETED");
      assert.equal(job?.jobProcessDetails?.numberOfTimedOutThings, 1);
    },
  },
  {
    name: "a timer does not run for what is only queued",
    source: documented(pages.timeouts),
    async run(bench) {
      const timeoutConfig = { inProgressTimeoutInMinutes: 1 };
      const jobId = await bench.createJob({ timeoutConfig });
      await bench.target.pass(minuteMs + bench.target.pace.timerLagMs);
      assert.equal((await bench.execution(jobId))?.status, "QUEUED");
    },
  },
];

async function statusAfterTimer(bench: Bench, jobId: string): Promise<string | undefined> {
  const execution = await bench.eventually(
    () => bench.execution(jobId),
    (seen) => seen?.status !== "IN_PROGRESS",
    bench.target.pace.timerLagMs,
  );
  return execution?.status;
}
