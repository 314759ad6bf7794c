import assert from "node:assert/strict";
import {
  CancelJobCommand,
  CancelJobExecutionCommand,
  DeleteJobCommand,
  DeleteJobExecutionCommand,
  DeleteThingCommand,
  DescribeJobCommand,
} from "@aws-sdk/client-iot";
import type { Bench } from "../bench.ts";
import { assumed, type ConformanceCase, documented, model, pages } from "../case.ts";
import { accepted, assertRefused, describeNotification, rejected } from "../expect.ts";

/** What an operator does to a job that a device has, or is to get. */
export const cancelCases: readonly ConformanceCase[] = [
  {
    name: "a queued execution is canceled, and has a new version",
    source: documented(pages.api),
    async run(bench) {
      const jobId = await bench.createJob();
      await cancel(bench, { jobId });
      const execution = await bench.execution(jobId);
      assert.equal(execution?.status, "CANCELED");
      assert.equal(execution?.versionNumber, 2);
    },
  },
  {
    name: "an execution in progress is canceled by force only, else InvalidStateTransition",
    source: documented(pages.api),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      accepted(await device.request("start-next"));
      await assertRefused(cancel(bench, { jobId }), "InvalidStateTransitionException", 409);
      await cancel(bench, { jobId, force: true });
      const execution = await bench.execution(jobId);
      assert.equal(execution?.status, "CANCELED");
      assert.equal(execution?.forceCanceled, true);
    },
  },
  {
    name: "a device sees its job canceled by force: on notify-next, and at its next update",
    source: documented(pages.jobs),
    async run(bench) {
      const device = await bench.listener();
      const jobId = await bench.createJob();
      accepted(await device.request("start-next"));
      await cancel(bench, { jobId, force: true });
      const next = await device.next("notify-next", 2);
      assert.equal(describeNotification(next), "notify-next -");
      const late = await device.request(`${jobId}/update`, { status: "SUCCEEDED" });
      rejected(late, "InvalidStateTransition");
    },
  },
  {
    name: "an execution that has ended cannot be canceled: InvalidStateTransition",
    source: documented(pages.api),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      accepted(await device.request(`${jobId}/update`, { status: "FAILED" }));
      const attempt = cancel(bench, { jobId, force: true });
      await assertRefused(attempt, "InvalidStateTransitionException", 409);
    },
  },
  {
    name: "canceling with a wrong expectedVersion is VersionConflict",
    source: model(pages.api),
    async run(bench) {
      const jobId = await bench.createJob();
      const attempt = cancel(bench, { jobId, expectedVersion: 99 });
      await assertRefused(attempt, "VersionConflictException", 409);
      await cancel(bench, { jobId, expectedVersion: 1, statusDetails: { by: "operator" } });
      const execution = await bench.execution(jobId);
      assert.deepEqual(execution?.statusDetails?.detailsMap, { by: "operator" });
    },
  },
  {
    name: "canceling a job ends what is queued and leaves what is in progress",
    source: documented(pages.jobs),
    async run(bench) {
      const device = await bench.device();
      const other = await bench.newThing();
      const { thingArn, thingName } = await bench.thing();
      const jobId = await bench.createJob({ targets: [thingArn, other.thingArn] });
      await bench.eventually(() => bench.execution(jobId, other.thingName), Boolean);
      accepted(await device.request("start-next"));
      await bench.iot.send(new CancelJobCommand({ jobId, comment: "no" }));
      const queued = await bench.eventually(
        () => bench.execution(jobId, other.thingName),
        (execution) => execution?.status !== "QUEUED",
      );
      assert.equal(queued?.status, "CANCELED");
      assert.equal((await bench.execution(jobId, thingName))?.status, "IN_PROGRESS");
      accepted(await device.request(`${jobId}/update`, { status: "SUCCEEDED" }));
    },
  },
  {
    name: "canceling a job by force ends what is in progress too",
    source: documented(pages.jobs),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      accepted(await device.request("start-next"));
      await bench.iot.send(new CancelJobCommand({ jobId, force: true }));
      const execution = await bench.eventually(
        () => bench.execution(jobId),
        (seen) => seen?.status !== "IN_PROGRESS",
      );
      assert.equal(execution?.status, "CANCELED");
      const { job } = await bench.iot.send(new DescribeJobCommand({ jobId }));
      assert.equal(job?.status, "CANCELED");
      assert.equal(job?.forceCanceled, true);
    },
  },
  {
    name: "an execution in progress is deleted by force only, and then is not found",
    source: documented(pages.api),
    async run(bench) {
      const device = await bench.listener();
      const jobId = await bench.createJob();
      accepted(await device.request("start-next"));
      const { thingName } = await bench.thing();
      const remove = (force: boolean) =>
        bench.iot.send(
          new DeleteJobExecutionCommand({ jobId, thingName, executionNumber: 1, force }),
        );
      await assertRefused(remove(false), "InvalidStateTransitionException", 409);
      await remove(true);
      const next = await device.next("notify-next", 2);
      assert.equal(describeNotification(next), "notify-next -");
      rejected(await device.request(`${jobId}/get`), "ResourceNotFound");
      const late = await device.request(`${jobId}/update`, { status: "SUCCEEDED" });
      rejected(late, "ResourceNotFound");
    },
  },
  {
    name: "a job in progress is deleted by force only, with its executions",
    source: documented(pages.api),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      const remove = (force: boolean) => bench.iot.send(new DeleteJobCommand({ jobId, force }));
      await assertRefused(remove(false), "InvalidStateTransitionException", 409);
      await remove(true);
      const execution = await bench.eventually(
        () => bench.execution(jobId),
        (seen) => seen === undefined,
      );
      assert.equal(execution, undefined);
      rejected(await device.request(`${jobId}/get`), "ResourceNotFound");
    },
  },
  {
    name: "the executions of a thing that is deleted are REMOVED",
    source: assumed(`${pages.api}, JobProcessDetails; the time it takes is not known`),
    async run(bench) {
      const other = await bench.newThing();
      const { thingArn } = await bench.thing();
      const jobId = await bench.createJob({ targets: [thingArn, other.thingArn] });
      await bench.eventually(() => bench.execution(jobId, other.thingName), Boolean);
      await other.delete();
      const described = await bench.eventually(
        async () => (await bench.iot.send(new DescribeJobCommand({ jobId }))).job,
        (job) => (job?.jobProcessDetails?.numberOfRemovedThings ?? 0) > 0,
      );
      assert.equal(described?.jobProcessDetails?.numberOfRemovedThings, 1);
      assert.equal((await bench.execution(jobId))?.status, "QUEUED");
    },
  },
  {
    name: "a thing that is not there is deleted without complaint",
    source: documented(pages.api),
    async run(bench) {
      await bench.iot.send(new DeleteThingCommand({ thingName: bench.newName() }));
    },
  },
];

async function cancel(
  bench: Bench,
  more: {
    readonly jobId: string;
    readonly force?: boolean;
    readonly expectedVersion?: number;
    readonly statusDetails?: Record<string, string>;
  },
): Promise<void> {
  const { thingName } = await bench.thing();
  await bench.iot.send(new CancelJobExecutionCommand({ thingName, ...more }));
}
