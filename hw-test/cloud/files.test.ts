import assert from "node:assert/strict";
import { Agent, request } from "node:https";
import { after, before, test } from "node:test";
import { CreateJobCommand, GetJobDocumentCommand } from "@aws-sdk/client-iot";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { type Cloud, type CloudHooks, startCloud } from "./cloud.ts";
import type { JsonObject } from "./json.ts";
import { sdkClients } from "./testing/clients.ts";
import { createTestClock } from "./testing/clock.ts";
import { get } from "./testing/get.ts";
import type { JobsClient } from "./testing/jobsClient.ts";
import { connectTracker } from "./testing/tracker.ts";

const clock = createTestClock();
const hooks: CloudHooks = {};
const url = "https://files.s3.amazonaws.com/a.hex";
let cloud: Cloud;

before(async () => {
  cloud = await startCloud({ now: clock.now, schedule: clock.schedule, hooks });
  cloud.createBucket("files");
  const { s3 } = sdkClients(cloud);
  await s3.send(new PutObjectCommand({ Bucket: "files", Key: "a.hex", Body: "0123456789" }));
});

after(() => cloud.stop());

test("requests and sent bytes are counted, and faults strike the request they are meant for", async () => {
  const seen: number[] = [];
  hooks.onFileRequest = (index) => {
    seen.push(index);
    if (index === 2) return { status: 503, headers: { "Retry-After": "1" } };
    if (index === 3) return { ignoreRange: true };
    return index === 4 ? { etag: '"changed"' } : undefined;
  };
  const range = { range: "bytes=2-4" };
  const answers = [];
  for (let count = 0; count < 5; count += 1) answers.push(await get(cloud, url, range));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [206, 503, 200, 206, 206],
  );
  assert.equal(answers[1]?.headers["retry-after"], "1");
  assert.equal(answers[2]?.body, "0123456789");
  assert.equal(answers[3]?.headers.etag, '"changed"');
  assert.equal(answers[4]?.body, "234");
  assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  const errorBytes = answers[1]?.body.length ?? 0;
  assert.deepEqual(cloud.counters().files, { requests: 5, bytesSent: 3 + errorBytes + 10 + 3 + 3 });
  hooks.onFileRequest = undefined;
});

test("a connection is kept for the next request", async () => {
  const { host, port } = cloud.endpoints.files;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const reused: boolean[] = [];
  for (let count = 0; count < 3; count += 1) {
    await new Promise<void>((resolve, reject) => {
      const options = { host, port, path: "/files/a.hex", ca: cloud.ca, agent };
      const outgoing = request(options, (incoming) => {
        incoming.resume();
        incoming.on("end", resolve);
      });
      outgoing.on("error", reject);
      outgoing.end();
      outgoing.on("response", () => reused.push(outgoing.reusedSocket));
    });
  }
  agent.destroy();
  assert.deepEqual(reused, [false, true, true]);
});

test("a presigned URL is made anew at each request for the document, and expires", async () => {
  const { iot } = sdkClients(cloud);
  const tracker = await connectTracker(cloud, "presigned");
  const placeholder =
    "${" + "aws:iot:s3-presigned-url:https://s3.eu-west-1.amazonaws.com/files/a.hex}";
  const document = JSON.stringify({ location: { url: placeholder } });
  const roleArn = "arn:aws:iam::123456789012:role/jobs";
  await iot.send(
    new CreateJobCommand({
      jobId: "p1",
      targets: [cloud.createThing("presigned").thingArn],
      document,
      presignedUrlConfig: { roleArn, expiresInSec: 60 },
    }),
  );
  const raw = await iot.send(new GetJobDocumentCommand({ jobId: "p1" }));
  assert.equal(raw.document, document);

  const first = await documentUrl(tracker, "start-next");
  assert.match(first, /^https:\/\/files\.s3\.eu-west-1\.amazonaws\.com\/a\.hex\?X-Amz-/);
  assert.equal((await get(cloud, first)).body, "0123456789");
  clock.advance(61_000);
  const expired = await get(cloud, first);
  assert.equal(expired.status, 403);
  assert.match(expired.body, /<Code>AccessDenied<\/Code><Message>Request has expired</);
  const second = await documentUrl(tracker, "p1/get");
  assert.notEqual(second, first);
  assert.equal((await get(cloud, second, { range: "bytes=8-" })).body, "89");
  await tracker.end();
});

async function documentUrl(tracker: JobsClient, topic: string): Promise<string> {
  const { body } = await tracker.request(topic);
  const { jobDocument } = body["execution"] as JsonObject;
  return String(((jobDocument as JsonObject)["location"] as JsonObject)["url"]);
}
