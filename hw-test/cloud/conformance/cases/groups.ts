import assert from "node:assert/strict";
import {
  AddThingToThingGroupCommand,
  DescribeJobCommand,
  RemoveThingFromThingGroupCommand,
} from "@aws-sdk/client-iot";
import type { Bench } from "../bench.ts";
import { type ConformanceCase, documented, pages } from "../case.ts";
import { accepted, describeNotification } from "../expect.ts";

/** Jobs for thing groups. */
export const groupCases: readonly ConformanceCase[] = [
  {
    name: "a snapshot job goes to the members its group has when it is created",
    source: documented(pages.jobs),
    async run(bench) {
      const { thingGroupName, arn } = await bench.createGroup();
      await join(bench, thingGroupName);
      const jobId = await bench.createJob({ targets: [arn] });
      assert.equal((await executionSoon(bench, jobId))?.status, "QUEUED");
      const late = await bench.newThing();
      await bench.iot.send(
        new AddThingToThingGroupCommand({ thingGroupName, thingName: late.thingName }),
      );
      await bench.quiet(await bench.device());
      assert.equal(await bench.execution(jobId, late.thingName), undefined);
    },
  },
  {
    name: "a continuous job comes to who joins its group, and is REMOVED from who leaves",
    source: documented(pages.jobs),
    async run(bench) {
      const device = await bench.listener();
      const { thingGroupName, arn } = await bench.createGroup();
      const jobId = await bench.createJob({ targets: [arn], targetSelection: "CONTINUOUS" });
      assert.equal(await bench.execution(jobId), undefined);
      await join(bench, thingGroupName);
      assert.equal((await executionSoon(bench, jobId))?.status, "QUEUED");
      const next = await device.next("notify-next");
      assert.equal(describeNotification(next), `notify-next ${jobId}`);
      const { thingName } = await bench.thing();
      await bench.iot.send(new RemoveThingFromThingGroupCommand({ thingGroupName, thingName }));
      const left = await bench.eventually(
        () => bench.execution(jobId),
        (execution) => execution?.status !== "QUEUED",
      );
      assert.equal(left?.status, "REMOVED");
    },
  },
  {
    name: "a continuous job goes on when all of its executions have ended",
    source: documented(pages.states),
    async run(bench) {
      const device = await bench.device();
      const { thingArn } = await bench.thing();
      const { arn } = await bench.createGroup();
      const targets = [thingArn, arn];
      const jobId = await bench.createJob({ targets, targetSelection: "CONTINUOUS" });
      accepted(await device.request(`${jobId}/update`, { status: "SUCCEEDED" }));
      await bench.quiet(device);
      const { job } = await bench.iot.send(new DescribeJobCommand({ jobId }));
      assert.equal(job?.status, "IN_PROGRESS");
      assert.equal(job?.jobProcessDetails?.numberOfSucceededThings, 1);
    },
  },
];

async function join(bench: Bench, thingGroupName: string): Promise<void> {
  const { thingName } = await bench.thing();
  await bench.iot.send(new AddThingToThingGroupCommand({ thingGroupName, thingName }));
}

function executionSoon(bench: Bench, jobId: string) {
  return bench.eventually(
    () => bench.execution(jobId),
    (execution) => execution !== undefined,
  );
}
