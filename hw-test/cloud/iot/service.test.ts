import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AddThingToThingGroupCommand,
  CancelJobCommand,
  CancelJobExecutionCommand,
  CreateJobCommand,
  CreateThingCommand,
  CreateThingGroupCommand,
  DeleteJobCommand,
  DeleteJobExecutionCommand,
  DeleteThingCommand,
  DescribeEndpointCommand,
  DescribeJobCommand,
  DescribeJobExecutionCommand,
  DescribeThingCommand,
  DescribeThingGroupCommand,
  GetJobDocumentCommand,
  IoTClient,
  ListJobExecutionsForJobCommand,
  type ListJobExecutionsForJobCommandOutput,
  ListJobExecutionsForThingCommand,
  type ListJobExecutionsForThingCommandOutput,
  ListJobsCommand,
  ListThingsCommand,
  ListThingsInThingGroupCommand,
  RemoveThingFromThingGroupCommand,
  UpdateJobCommand,
} from "@aws-sdk/client-iot";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { type Cloud, startCloud } from "../cloud.ts";
import { sdkClients } from "../testing/clients.ts";
import { createTestClock } from "../testing/clock.ts";

const startMs = Math.floor(Date.now() / 1000) * 1000;
const clock = createTestClock(startMs);
let cloud: Cloud;
let iot: IoTClient;
let arn: string;

before(async () => {
  cloud = await startCloud({ now: clock.now, schedule: clock.schedule });
  iot = sdkClients(cloud).iot;
  arn = cloud.createThing("t").thingArn;
});

after(() => cloud.stop());

function create(jobId: string, more: object = {}) {
  return iot.send(new CreateJobCommand({ jobId, targets: [arn], document: "{}", ...more }));
}

test("a job is described with what it was created with, and its times", async () => {
  const presignedUrlConfig = { roleArn: "arn:aws:iam::123456789012:role/r", expiresInSec: 300 };
  const created = await create("described", {
    document: '{"b":2}',
    description: "text",
    targetSelection: "CONTINUOUS",
    presignedUrlConfig,
    timeoutConfig: { inProgressTimeoutInMinutes: 5 },
  });
  assert.deepEqual(
    [created.jobId, created.jobArn, created.description],
    ["described", "arn:aws:iot:eu-west-1:123456789012:job/described", "text"],
  );
  const { job } = await iot.send(new DescribeJobCommand({ jobId: "described" }));
  assert.equal(job?.status, "IN_PROGRESS");
  assert.equal(job?.targetSelection, "CONTINUOUS");
  assert.deepEqual(job?.targets, [arn]);
  assert.deepEqual(job?.presignedUrlConfig, presignedUrlConfig);
  assert.deepEqual(job?.timeoutConfig, { inProgressTimeoutInMinutes: 5 });
  assert.equal(job?.createdAt?.getTime(), startMs);
  assert.equal(job?.jobProcessDetails?.numberOfQueuedThings, 1);
  const { document } = await iot.send(new GetJobDocumentCommand({ jobId: "described" }));
  assert.equal(document, '{"b":2}');
  await iot.send(new CancelJobCommand({ jobId: "described", comment: "c", reasonCode: "R" }));
  const canceled = await iot.send(new DescribeJobCommand({ jobId: "described" }));
  assert.equal(canceled.job?.status, "CANCELED");
  assert.equal(canceled.job?.comment, "c");
  assert.equal(canceled.job?.reasonCode, "R");
  assert.equal(canceled.job?.completedAt?.getTime(), startMs);
});

test("a job can be updated; the new timeout counts for what starts afterwards", async () => {
  await create("updated", { description: "before" });
  const change = { description: "after", timeoutConfig: { inProgressTimeoutInMinutes: 7 } };
  await iot.send(new UpdateJobCommand({ jobId: "updated", ...change }));
  const { job } = await iot.send(new DescribeJobCommand({ jobId: "updated" }));
  assert.equal(job?.description, "after");
  assert.deepEqual(job?.timeoutConfig, change.timeoutConfig);
  const bad = { jobId: "updated", timeoutConfig: { inProgressTimeoutInMinutes: 0 } };
  await assert.rejects(iot.send(new UpdateJobCommand(bad)), { name: "InvalidRequestException" });
});

test("names with characters that a path must escape", async () => {
  const thingName = "a:b_c-1";
  await iot.send(new CreateThingCommand({ thingName }));
  const { thingArn } = await iot.send(new DescribeThingCommand({ thingName }));
  assert.equal(thingArn, `arn:aws:iot:eu-west-1:123456789012:thing/${thingName}`);
  await assert.rejects(iot.send(new CreateThingCommand({ thingName: "a b" })), {
    name: "InvalidRequestException",
  });
});

test("errors have the names the SDK knows", async () => {
  await create("errors");
  const execution = { jobId: "errors", thingName: "t" };
  const other = (more: object) => () => create("other", more);
  const cases: ReadonlyArray<readonly [() => Promise<unknown>, string, number]> = [
    [() => create("errors"), "ResourceAlreadyExistsException", 409],
    [other({ document: "{" }), "InvalidRequestException", 400],
    [other({ targets: [`${arn}x`] }), "ResourceNotFoundException", 404],
    [() => iot.send(new DescribeJobCommand({ jobId: "none" })), "ResourceNotFoundException", 404],
    [
      () => iot.send(new DescribeThingCommand({ thingName: "none" })),
      "ResourceNotFoundException",
      404,
    ],
    [
      () => iot.send(new DescribeJobExecutionCommand({ ...execution, executionNumber: 2 })),
      "ResourceNotFoundException",
      404,
    ],
    [
      () => iot.send(new DeleteJobCommand({ jobId: "errors" })),
      "InvalidStateTransitionException",
      409,
    ],
    [
      () => iot.send(new DeleteJobExecutionCommand({ ...execution, executionNumber: 1 })),
      "InvalidStateTransitionException",
      409,
    ],
    [
      () => iot.send(new CancelJobExecutionCommand({ ...execution, expectedVersion: 7 })),
      "VersionConflictException",
      409,
    ],
    [
      () => iot.send(new DescribeEndpointCommand({ endpointType: "iot:Nothing" })),
      "InvalidRequestException",
      400,
    ],
  ];
  for (const [attempt, name, httpStatusCode] of cases) {
    await assert.rejects(attempt, (error: { name: string; $metadata: object }) => {
      assert.equal(error.name, name);
      assert.equal((error.$metadata as { httpStatusCode: number }).httpStatusCode, httpStatusCode);
      return true;
    });
  }
});

test("a request that is not signed, or not by us, is refused", async () => {
  const { region, endpoints, credentials } = cloud;
  const attempt = (more: object) =>
    new IoTClient({ region, endpoint: endpoints.iotControl, maxAttempts: 1, ...more }).send(
      new ListJobsCommand({}),
    );
  const wrong = { ...credentials, secretAccessKey: "guessed" };
  await assert.rejects(attempt({ credentials: wrong }), { name: "InvalidSignatureException" });
  const nobody = { ...credentials, accessKeyId: "AKIANOBODY" };
  await assert.rejects(attempt({ credentials: nobody }), { name: "UnrecognizedClientException" });
  const unsigned = await fetch(`${endpoints.iotControl}/jobs`);
  assert.equal(unsigned.status, 403);
});

test("a client whose clock is wrong corrects it by our Date header", async () => {
  const { region, endpoints, credentials } = cloud;
  const client = new IoTClient({
    region,
    endpoint: endpoints.iotControl,
    credentials: { ...credentials },
    systemClockOffset: -60 * 60_000,
  });
  const { jobs } = await client.send(new ListJobsCommand({}));
  assert.ok(Array.isArray(jobs));
});

test("lists of jobs and executions, newest job first, by status, in pages", async () => {
  const target = cloud.createThing("lists").thingArn;
  for (const jobId of ["l1", "l2", "l3"]) await create(jobId, { targets: [target] });
  await iot.send(new CancelJobExecutionCommand({ jobId: "l2", thingName: "lists" }));
  const { jobs } = await iot.send(new ListJobsCommand({ status: "IN_PROGRESS" }));
  const ids = jobs?.map(({ jobId }) => jobId).filter((jobId) => jobId?.startsWith("l"));
  assert.deepEqual(ids, ["l3", "l1"]);
  const queued = await iot.send(
    new ListJobExecutionsForThingCommand({ thingName: "lists", status: "QUEUED" }),
  );
  assert.deepEqual(
    queued.executionSummaries?.map(({ jobId }) => jobId),
    ["l1", "l3"],
  );
  const { executionSummaries } = await iot.send(
    new ListJobExecutionsForJobCommand({ jobId: "l2" }),
  );
  assert.equal(executionSummaries?.[0]?.thingArn, target);
  assert.equal(executionSummaries?.[0]?.jobExecutionSummary?.status, "CANCELED");

  const pages: Array<Array<string | undefined>> = [];
  let nextToken: string | undefined;
  do {
    const page: ListJobExecutionsForThingCommandOutput = await iot.send(
      new ListJobExecutionsForThingCommand({ thingName: "lists", maxResults: 2, nextToken }),
    );
    pages.push((page.executionSummaries ?? []).map(({ jobId }) => jobId));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  assert.deepEqual(pages, [["l1", "l2"], ["l3"]]);
  const bad = new ListJobsCommand({ nextToken: "not-a-token" });
  await assert.rejects(iot.send(bad), { name: "InvalidRequestException" });
});

test("the executions of a job for a group are listed in pages, each once", async () => {
  const thingGroupName = "paged";
  const { thingGroupArn = "" } = await iot.send(new CreateThingGroupCommand({ thingGroupName }));
  const thingNames = ["p1", "p2", "p3", "p4", "p5"];
  for (const thingName of thingNames) {
    cloud.createThing(thingName);
    await iot.send(new AddThingToThingGroupCommand({ thingGroupName, thingName }));
  }
  await create("paged", { targets: [thingGroupArn] });
  const pages: Array<Array<string | undefined>> = [];
  let nextToken: string | undefined;
  do {
    const page: ListJobExecutionsForJobCommandOutput = await iot.send(
      new ListJobExecutionsForJobCommand({ jobId: "paged", maxResults: 2, nextToken }),
    );
    pages.push((page.executionSummaries ?? []).map(({ thingArn }) => thingArn?.split("/")[1]));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  assert.deepEqual(pages, [["p1", "p2"], ["p3", "p4"], ["p5"]]);
  const tooMany = new ListJobExecutionsForJobCommand({ jobId: "paged", maxResults: 251 });
  await assert.rejects(iot.send(tooMany), { name: "InvalidRequestException" });
});

test("things and groups", async () => {
  const thing = { thingName: "member" };
  const group = { thingGroupName: "fleet" };
  const attributePayload = { attributes: { hw: "nrf9160" } };
  const created = await iot.send(new CreateThingCommand({ ...thing, attributePayload }));
  const again = await iot.send(new CreateThingCommand({ ...thing, attributePayload }));
  assert.equal(again.thingId, created.thingId);
  await assert.rejects(iot.send(new CreateThingCommand(thing)), {
    name: "ResourceAlreadyExistsException",
  });
  const described = await iot.send(new DescribeThingCommand(thing));
  assert.deepEqual(described.attributes, { hw: "nrf9160" });
  assert.equal(described.defaultClientId, "member");
  const { thingGroupArn } = await iot.send(new CreateThingGroupCommand(group));
  assert.equal(thingGroupArn, "arn:aws:iot:eu-west-1:123456789012:thinggroup/fleet");
  await iot.send(new AddThingToThingGroupCommand({ ...thing, ...group }));
  await create("to-group", { targets: [thingGroupArn] });
  const { execution } = await iot.send(
    new DescribeJobExecutionCommand({ ...thing, jobId: "to-group" }),
  );
  assert.equal(execution?.status, "QUEUED");
  const listed = await iot.send(new ListThingsInThingGroupCommand(group));
  assert.deepEqual(listed.things, ["member"]);
  assert.equal((await iot.send(new DescribeThingGroupCommand(group))).thingGroupArn, thingGroupArn);
  await iot.send(new RemoveThingFromThingGroupCommand({ ...thing, ...group }));
  assert.deepEqual((await iot.send(new ListThingsInThingGroupCommand(group))).things, []);
  await iot.send(new DeleteThingCommand(thing));
  const { things } = await iot.send(new ListThingsCommand({}));
  assert.equal(
    things?.some(({ thingName }) => thingName === "member"),
    false,
  );
});

test("a job document may lie in S3", async () => {
  const { s3 } = sdkClients(cloud);
  cloud.createBucket("documents");
  await s3.send(new PutObjectCommand({ Bucket: "documents", Key: "j.json", Body: '{"s3":1}' }));
  const documentSource = "https://s3.eu-west-1.amazonaws.com/documents/j.json";
  await create("from-s3", { document: undefined, documentSource });
  const { document } = await iot.send(new GetJobDocumentCommand({ jobId: "from-s3" }));
  assert.equal(document, '{"s3":1}');
  const described = await iot.send(new DescribeJobCommand({ jobId: "from-s3" }));
  assert.equal(described.documentSource, documentSource);
  const missing = { document: undefined, documentSource: `${documentSource}x` };
  await assert.rejects(create("from-nowhere", missing), { name: "InvalidRequestException" });
});
