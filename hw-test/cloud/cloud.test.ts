import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { after, before, test } from "node:test";
import {
  CancelJobExecutionCommand,
  CreateJobCommand,
  DeleteJobExecutionCommand,
  DescribeEndpointCommand,
  DescribeJobCommand,
  DescribeJobExecutionCommand,
  DescribeThingCommand,
  IoTClient,
} from "@aws-sdk/client-iot";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { type Cloud, startCloud } from "./cloud.ts";
import type { JsonObject } from "./json.ts";
import { listen, loopback } from "./listen.ts";
import { sdkClients } from "./testing/clients.ts";
import { get } from "./testing/get.ts";
import { connectTracker } from "./testing/tracker.ts";

let cloud: Cloud;

before(async () => {
  cloud = await startCloud();
});

after(() => cloud.stop());

test("a firmware file goes up with the SDK, its job out to a tracker, its result back", async () => {
  const { iot, s3 } = sdkClients(cloud);
  const tracker = await connectTracker(cloud, "fota");
  cloud.createBucket("firmware");
  const file = ":00000001FF\n";
  await s3.send(new PutObjectCommand({ Bucket: "firmware", Key: "1.0.1.hex", Body: file }));
  const { thingArn } = await iot.send(new DescribeThingCommand({ thingName: "fota" }));
  const document = { location: { host: "firmware.s3.amazonaws.com", path: "1.0.1.hex" } };
  const created = await iot.send(
    new CreateJobCommand({
      jobId: "update-1",
      targets: [thingArn ?? ""],
      document: JSON.stringify(document),
      description: "Upgrade to 1.0.1",
      targetSelection: "SNAPSHOT",
    }),
  );
  assert.equal(created.jobId, "update-1");

  const { topic, body } = await tracker.request("start-next");
  assert.equal(topic, "start-next/accepted");
  const { jobDocument, status, versionNumber } = body["execution"] as JsonObject;
  assert.deepEqual(jobDocument, document);
  assert.equal(status, "IN_PROGRESS");
  assert.equal(versionNumber, 2);

  const describe = new DescribeJobExecutionCommand({ jobId: "update-1", thingName: "fota" });
  const running = await iot.send(describe);
  assert.equal(running.execution?.status, "IN_PROGRESS");
  assert.equal(running.execution?.versionNumber, 2);

  const got = await get(cloud, "https://firmware.s3.amazonaws.com/1.0.1.hex");
  assert.deepEqual([got.status, got.body], [200, file]);

  const updated = await tracker.request("update-1/update", {
    status: "SUCCEEDED",
    statusDetails: { to: "1.0.1" },
    expectedVersion: 2,
  });
  assert.equal(updated.topic, "update-1/update/accepted");
  const done = await iot.send(describe);
  assert.equal(done.execution?.status, "SUCCEEDED");
  assert.equal(done.execution?.versionNumber, 3);
  assert.deepEqual(done.execution?.statusDetails?.detailsMap, { to: "1.0.1" });
  const job = await iot.send(new DescribeJobCommand({ jobId: "update-1" }));
  assert.equal(job.job?.status, "COMPLETED");
  assert.equal(job.job?.jobProcessDetails?.numberOfSucceededThings, 1);
  await tracker.end();
});

test("the life of a job in the FOTA document: put, start, cancel by force, delete", async () => {
  const { iot, s3 } = sdkClients(cloud);
  cloud.createBucket("fota-bucket");
  const jobId = "bdfe16e9-2aec-48e3-8b1f-addd9560d3b7";
  const object = { Bucket: "fota-bucket", Key: jobId };
  await s3.send(
    new PutObjectCommand({
      ...object,
      Body: "SOME HEX DATA",
      ContentLength: 13,
      ContentType: "text/x-hex",
    }),
  );
  const { thingArn } = cloud.createThing("seed");
  const tracker = await connectTracker(cloud, "seed");
  const document = JSON.stringify({ operation: "app_fw_update", size: 13 });
  await iot.send(new CreateJobCommand({ jobId, targets: [thingArn], document }));
  await tracker.request("start-next");
  const target = { jobId, thingName: "seed" };
  await iot.send(new CancelJobExecutionCommand({ ...target, force: true }));
  const { execution } = await iot.send(new DescribeJobExecutionCommand(target));
  assert.equal(execution?.status, "CANCELED");
  assert.equal(execution?.forceCanceled, true);
  assert.equal(execution?.versionNumber, 3);
  await s3.send(new DeleteObjectCommand(object));
  await iot.send(new DeleteJobExecutionCommand({ ...target, executionNumber: 1 }));
  await assert.rejects(iot.send(new DescribeJobExecutionCommand(target)), {
    name: "ResourceNotFoundException",
  });
  await tracker.end();
});

test("DescribeEndpoint names the broker as its certificate does", async () => {
  const { iot } = sdkClients(cloud);
  const answer = await iot.send(new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" }));
  assert.equal(answer.endpointAddress, cloud.endpoints.broker.hostName);
  assert.equal(answer.endpointAddress, "a1b2c3-ats.iot.eu-west-1.amazonaws.com");
});

test("a port in use is named, and nothing is left running", async () => {
  const squatter = createServer();
  const { port } = await listen(squatter, 0, "squatter");
  await assert.rejects(startCloud({ ports: { files: port } }), {
    message: `port ${port} for the file server is in use`,
  });
  squatter.close();
});

test("clients that are told nothing in code find this cloud by the environment", async () => {
  const { accessKeyId, secretAccessKey } = cloud.credentials;
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: cloud.endpoints.iotControl,
    AWS_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });
  try {
    cloud.createBucket("by-environment");
    const put = { Bucket: "by-environment", Key: "k", Body: "text" };
    assert.ok((await new S3Client().send(new PutObjectCommand(put))).ETag);
    const endpoint = new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" });
    assert.ok((await new IoTClient().send(endpoint)).endpointAddress);
  } finally {
    process.env = before;
  }
});

test("stopping waits for nobody, not even for who has not finished a handshake", async () => {
  const other = await startCloud();
  const { broker, files } = other.endpoints;
  const sockets = [broker.port, files.port].map((port) => connect(port, loopback));
  const ended = sockets.map((socket) => once(socket, "close"));
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  await other.stop();
  await Promise.all(ended);
});

test("a stopped cloud answers no more", async () => {
  const other = await startCloud();
  await other.stop();
  await assert.rejects(get(other, `https://${loopback}/x/y`), { code: "ECONNREFUSED" });
});
