import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CreateJobCommand, type IoTClient } from "@aws-sdk/client-iot";
import { type Cloud, startCloud } from "../cloud.ts";
import type { JsonObject } from "../json.ts";
import { sdkClients } from "../testing/clients.ts";
import { signed, signedJson } from "../testing/signed.ts";
import { connectTracker } from "../testing/tracker.ts";

let cloud: Cloud;
let iot: IoTClient;

before(async () => {
  cloud = await startCloud();
  iot = sdkClients(cloud).iot;
});

after(() => cloud.stop());

async function createJob(jobId: string, thingName: string): Promise<void> {
  const targets = [cloud.createThing(thingName).thingArn];
  await iot.send(new CreateJobCommand({ jobId, targets, document: '{"a":1}' }));
}

const jobs = (method: string, path: string, more: object = {}) =>
  signedJson(cloud, "iot-jobs-data", { method, path: `/things/${path}`, ...more });

test("Jobs over HTTP and over MQTT are one: what one side starts the other ends", async () => {
  await createJob("both", "http");
  await createJob("next", "http");
  const tracker = await connectTracker(cloud, "http");
  await tracker.subscribe("notify-next");
  const pending = await jobs("GET", "http/jobs");
  assert.deepEqual(
    (pending.body["queuedJobs"] as JsonObject[]).map((job) => job["jobId"]),
    ["both", "next"],
  );
  const started = await jobs("PUT", "http/jobs/%24next", { body: { statusDetails: { by: "x" } } });
  const execution = started.body["execution"] as JsonObject;
  // A string here, an object over MQTT.
  assert.equal(execution["jobDocument"], '{"a":1}');
  assert.equal(execution["versionNumber"], 2);
  const { body } = await tracker.request("both/get");
  const same = body["execution"] as JsonObject;
  assert.deepEqual([same["status"], same["versionNumber"]], ["IN_PROGRESS", 2]);
  assert.deepEqual(same["jobDocument"], { a: 1 });
  const updated = await jobs("POST", "http/jobs/both", {
    body: { status: "SUCCEEDED", expectedVersion: 2, includeJobExecutionState: true },
  });
  assert.equal((updated.body["executionState"] as JsonObject)["status"], "SUCCEEDED");
  const notice = await tracker.next("notify-next");
  assert.equal((notice.body["execution"] as JsonObject)["jobId"], "next");
  await tracker.end();
});

test("Jobs over HTTP refuses as its model says", async () => {
  await createJob("refusals", "refused");
  const update = (body: JsonObject) => jobs("POST", "refused/jobs/refusals", { body });
  for (const [answer, status, error] of [
    [await jobs("GET", "nobody/jobs"), 404, "ResourceNotFoundException"],
    [await jobs("GET", "refused/jobs/none"), 404, "ResourceNotFoundException"],
    [await update({ status: "DONE" }), 400, "InvalidRequestException"],
    [await update({ status: "CANCELED" }), 409, "InvalidStateTransitionException"],
    [await jobs("PATCH", "refused/jobs"), 400, "InvalidRequestException"],
  ] as const) {
    assert.deepEqual([answer.status, answer.error], [status, error]);
  }
  await update({ status: "FAILED" });
  const ended = await jobs("GET", "refused/jobs/refusals");
  assert.deepEqual([ended.status, ended.error], [410, "TerminalStateException"]);
  const without = await jobs("GET", "refused/jobs/%24next", {
    query: { includeJobDocument: "false" },
  });
  assert.deepEqual(without.body, {});
});

test("the control plane is also reached by the name that older SDKs sign with", async () => {
  const path = "/endpoint";
  const query = { endpointType: "iot:Data-ATS" };
  const answer = await signedJson(cloud, "execute-api", { method: "GET", path, query });
  assert.equal(answer.body["endpointAddress"], cloud.endpoints.broker.hostName);
});

test("a service that is not here says so as that service would", async () => {
  const rest = await signedJson(cloud, "lambda", { method: "GET", path: "/functions" });
  assert.deepEqual([rest.status, rest.error], [501, "NotImplemented"]);
  assert.match(String(rest.body["message"]), /^lambda is not served .* iot, execute-api/);
  const json = await signedJson(cloud, "dynamodb", {
    method: "POST",
    path: "/",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_1.x" },
    body: {},
  });
  assert.equal(json.body["__type"], "NotImplemented");
  const form = { "content-type": "application/x-www-form-urlencoded" };
  for (const [service, pattern] of [
    ["sts", /<ErrorResponse><Error>.*<Code>NotImplemented<\/Code><Message>sts /s],
    ["ec2", /<Response><Errors><Error>.*<Code>NotImplemented<\/Code><Message>ec2 /s],
  ] as const) {
    const request = { method: "POST", path: "/", headers: form, body: "Action=X" };
    const { status, text } = await signed(cloud, service, request);
    assert.equal(status, 501);
    assert.match(text, pattern);
  }
});

const shadow = (method: string, body?: JsonObject, query: Record<string, string> = {}) =>
  signedJson(cloud, "iotdata", {
    method,
    path: "/things/shadowed/shadow",
    query,
    ...(body && { body }),
  });

test("a shadow merges what is said, removes what is null, and tells the difference", async () => {
  cloud.createThing("shadowed");
  assert.equal((await shadow("GET")).error, "ResourceNotFoundException");
  const desired = { color: "red", led: { on: true, level: 3 } };
  const first = await shadow("POST", { state: { desired }, clientToken: "t" });
  assert.deepEqual([first.body["version"], first.body["clientToken"]], [1, "t"]);
  await shadow("POST", { state: { reported: { color: "red", led: { on: false } } } });
  const { body } = await shadow("GET");
  assert.deepEqual(body["state"], {
    desired,
    reported: { color: "red", led: { on: false } },
    delta: { led: { on: true, level: 3 } },
  });
  assert.equal(body["version"], 2);
  await shadow("POST", { state: { desired: { color: null, led: { level: null } } } });
  const after = await shadow("GET");
  assert.deepEqual((after.body["state"] as JsonObject)["desired"], { led: { on: true } });
  const metadata = (after.body["metadata"] as JsonObject)["desired"] as JsonObject;
  assert.deepEqual(Object.keys(metadata), ["led"]);
});

test("a shadow's version conflicts, its size is bounded, named ones are their own", async () => {
  const named = { name: "config" };
  const state = { desired: { a: 1 } };
  assert.equal((await shadow("POST", { state, version: 9 }, named)).error, "ConflictException");
  assert.equal((await shadow("POST", { state }, named)).body["version"], 1);
  const big = { state: { desired: { a: "x".repeat(9000) } } };
  assert.equal((await shadow("POST", big, named)).error, "RequestEntityTooLargeException");
  assert.equal((await shadow("POST", {}, named)).error, "InvalidRequestException");
  assert.equal((await shadow("DELETE", undefined, named)).body["version"], 1);
  assert.equal((await shadow("GET", undefined, named)).error, "ResourceNotFoundException");
  // It counts on, so that a late delta is told from a new one.
  assert.equal((await shadow("POST", { state }, named)).body["version"], 2);
});
