import assert from "node:assert/strict";
import {
  CreateJobCommand,
  DescribeEndpointCommand,
  DescribeJobCommand,
  DescribeJobExecutionCommand,
  DescribeThingCommand,
  GetJobDocumentCommand,
  type IoTClient,
  ListJobExecutionsForJobCommand,
  ListJobExecutionsForThingCommand,
  type ListJobExecutionsForThingCommandOutput,
} from "@aws-sdk/client-iot";
import { type ConformanceCase, captured, documented, model, pages } from "../case.ts";
import { accepted, assertEpochSeconds, assertRefused, executionIn } from "../expect.ts";
import { refusalOf } from "../sdk.ts";

/** The control plane as an operator's tools use it. */
export const controlCases: readonly ConformanceCase[] = [
  {
    name: "a job reads as it was created",
    source: documented(pages.api),
    async run(bench) {
      const document = '{"operation":"app_fw_update"}';
      const description = "Upgrade to 1.0.1";
      const timeoutConfig = { inProgressTimeoutInMinutes: 5 };
      const jobId = await bench.createJob({ document, description, timeoutConfig });
      const { job } = await bench.iot.send(new DescribeJobCommand({ jobId }));
      assert.equal(job?.jobId, jobId);
      assert.match(job?.jobArn ?? "", new RegExp(`^arn:aws.*:job/${jobId}$`));
      assert.equal(job?.status, "IN_PROGRESS");
      assert.equal(job?.targetSelection, "SNAPSHOT");
      assert.equal(job?.description, description);
      assert.deepEqual(job?.timeoutConfig, timeoutConfig);
      assert.deepEqual(job?.targets, [(await bench.thing()).thingArn]);
      const got = await bench.iot.send(new GetJobDocumentCommand({ jobId }));
      assert.equal(got.document, document);
    },
  },
  {
    name: "an execution is described with its thing's ARN, details and version",
    source: documented(pages.api),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      const { thingName, thingArn } = await bench.thing();
      accepted(await device.request("start-next", { statusDetails: { step: "a" } }));
      const command = { jobId, thingName, executionNumber: 1 };
      const { execution } = await bench.iot.send(new DescribeJobExecutionCommand(command));
      assert.equal(execution?.thingArn, thingArn);
      assert.equal(execution?.status, "IN_PROGRESS");
      assert.equal(execution?.versionNumber, 2);
      assert.equal(execution?.executionNumber, 1);
      assert.equal(execution?.forceCanceled ?? false, false);
      assert.deepEqual(execution?.statusDetails?.detailsMap, { step: "a" });
      for (const time of [execution?.queuedAt, execution?.startedAt, execution?.lastUpdatedAt]) {
        assertEpochSeconds(Math.floor((time?.getTime() ?? 0) / 1000));
      }
    },
  },
  {
    name: "a job is complete when all of its executions have ended",
    source: documented(pages.states),
    async run(bench) {
      const device = await bench.device();
      const jobId = await bench.createJob();
      accepted(await device.request(`${jobId}/update`, { status: "SUCCEEDED" }));
      const job = await bench.eventually(
        async () => (await bench.iot.send(new DescribeJobCommand({ jobId }))).job,
        (seen) => seen?.status !== "IN_PROGRESS",
      );
      assert.equal(job?.status, "COMPLETED");
      assert.equal(job?.jobProcessDetails?.numberOfSucceededThings, 1);
    },
  },
  {
    name: "what is not there is ResourceNotFound, 404",
    source: model(pages.api),
    async run(bench) {
      const { iot } = bench;
      const { thingName, thingArn } = await bench.thing();
      const jobId = bench.newName();
      const name = "ResourceNotFoundException";
      await assertRefused(iot.send(new DescribeJobCommand({ jobId })), name, 404);
      const execution = new DescribeJobExecutionCommand({ jobId, thingName });
      await assertRefused(iot.send(execution), name, 404);
      await assertRefused(iot.send(new GetJobDocumentCommand({ jobId })), name, 404);
      const nobody = new DescribeThingCommand({ thingName: bench.newName() });
      await assertRefused(iot.send(nobody), name, 404);
      const targets = [thingArn.replace(/[^/]+$/, bench.newName())];
      const forNobody = new CreateJobCommand({ jobId, targets, document: "{}" });
      await assertRefused(iot.send(forNobody), name, 404);
    },
  },
  {
    name: "a second job of the same id is ResourceAlreadyExists, 409",
    source: model(pages.api),
    async run(bench) {
      const jobId = await bench.createJob();
      const targets = [(await bench.thing()).thingArn];
      const again = new CreateJobCommand({ jobId, targets, document: '{"other":1}' });
      await assertRefused(bench.iot.send(again), "ResourceAlreadyExistsException", 409);
    },
  },
  {
    name: "a bad id, a document that is no JSON, a placeholder without role: InvalidRequest, 400",
    source: model(pages.api),
    async run(bench) {
      const targets = [(await bench.thing()).thingArn];
      const url = `https://s3.amazonaws.com/${bench.target.bucket}/x`;
      const document = JSON.stringify({ url: `\${aws:iot:s3-presigned-url:${url}}` });
      for (const more of [
        { jobId: "a.b" },
        { jobId: "j".repeat(65) },
        { document: "{" },
        { document },
        { targets: [] },
        { timeoutConfig: { inProgressTimeoutInMinutes: 0 } },
      ]) {
        const job = { jobId: bench.newName(), targets, document: "{}", ...more };
        const attempt = bench.iot.send(new CreateJobCommand(job));
        await assertRefused(attempt, "InvalidRequestException", 400);
      }
    },
  },
  {
    name: "an error is JSON with a message, and its type in x-amzn-ErrorType",
    source: documented(pages.api),
    async run(bench) {
      const command = new DescribeJobCommand({ jobId: bench.newName() });
      const { error, headers } = await refusalOf(bench.iot.send(command));
      assert.match(headers["x-amzn-errortype"] ?? "", /^ResourceNotFoundException/);
      assert.notEqual(error.message, "");
    },
  },
  {
    name: "executions are listed by thing and by job, by status, in pages",
    source: documented(pages.api),
    async run(bench) {
      const device = await bench.device();
      const { thingName, thingArn } = await bench.thing();
      const jobs = [await bench.createJob(), await bench.createJob(), await bench.createJob()];
      accepted(await device.request("start-next"));
      const ofThing = await bench.eventually(
        () => executionsOfThing(bench.iot, thingName),
        ({ length }) => length === jobs.length,
      );
      assert.deepEqual(ofThing.sort(), jobs.sort());
      const queued = await bench.eventually(
        async () => {
          const command = new ListJobExecutionsForThingCommand({ thingName, status: "QUEUED" });
          return (await bench.iot.send(command)).executionSummaries ?? [];
        },
        ({ length }) => length === 2,
      );
      assert.equal(queued.length, 2);
      const jobId = executionIn(accepted(await device.request("start-next")))["jobId"];
      const command = { jobId: String(jobId), status: "IN_PROGRESS" } as const;
      const ofJob = await bench.eventually(
        async () => {
          const page = await bench.iot.send(new ListJobExecutionsForJobCommand(command));
          return page.executionSummaries ?? [];
        },
        ({ length }) => length === 1,
      );
      assert.equal(ofJob[0]?.thingArn, thingArn);
      assert.equal(ofJob[0]?.jobExecutionSummary?.executionNumber, 1);
    },
  },
  {
    name: "DescribeEndpoint iot:Jobs is retired: InvalidRequest, which names iot:Data-ATS",
    source: captured(pages.live),
    async run(bench) {
      const command = new DescribeEndpointCommand({ endpointType: "iot:Jobs" });
      await assertRefused(bench.iot.send(command), "InvalidRequestException", 400);
      const { error } = await refusalOf(bench.iot.send(command));
      assert.match(error.message, /iot:Data-ATS/);
    },
  },
  {
    name: "DescribeJob always has isConcurrent, timeoutConfig and schedulingConfig",
    source: captured(pages.live),
    async run(bench) {
      const jobId = await bench.createJob();
      const { job } = await bench.iot.send(new DescribeJobCommand({ jobId }));
      assert.equal(job?.isConcurrent, false);
      assert.deepEqual(job?.timeoutConfig, {});
      assert.deepEqual(job?.schedulingConfig, {});
    },
  },
  {
    name: "DescribeEndpoint names the broker",
    source: documented(pages.api),
    async run(bench) {
      const command = new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" });
      const { endpointAddress } = await bench.iot.send(command);
      assert.match(endpointAddress ?? "", /^[a-z0-9]+-ats\.iot\.[a-z0-9-]+\.amazonaws\.com/);
    },
  },
];

/** @returns the jobs' ids, of pages of two */
async function executionsOfThing(iot: IoTClient, thingName: string): Promise<string[]> {
  const listed: string[] = [];
  let nextToken: string | undefined;
  do {
    const page: ListJobExecutionsForThingCommandOutput = await iot.send(
      new ListJobExecutionsForThingCommand({ thingName, maxResults: 2, nextToken }),
    );
    const summaries = page.executionSummaries ?? [];
    assert.ok(summaries.length <= 2, `a page of ${summaries.length}`);
    listed.push(...summaries.map(({ jobId = "" }) => jobId));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return listed;
}
