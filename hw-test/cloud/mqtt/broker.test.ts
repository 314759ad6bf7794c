import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CancelJobExecutionCommand, CreateJobCommand, type IoTClient } from "@aws-sdk/client-iot";
import mqtt, { type IClientOptions, type IClientPublishOptions, type MqttClient } from "mqtt";
import { createAuthority } from "../certificates/authority.ts";
import { type Cloud, type CloudHooks, startCloud } from "../cloud.ts";
import { sdkClients } from "../testing/clients.ts";
import { createTestClock } from "../testing/clock.ts";
import type { JobsClient } from "../testing/jobsClient.ts";
import { connectOptions, connectTracker } from "../testing/tracker.ts";

const hooks: CloudHooks = {};
const clock = createTestClock();
let cloud: Cloud;
let iot: IoTClient;

before(async () => {
  cloud = await startCloud({ hooks, now: clock.now, schedule: clock.schedule });
  iot = sdkClients(cloud).iot;
});

after(() => cloud.stop());

async function createJob(jobId: string, thingName: string): Promise<void> {
  const targets = [cloud.createThing(thingName).thingArn];
  await iot.send(new CreateJobCommand({ jobId, targets, document: '{"a":1}' }));
}

/** Resolves when the broker has closed the connection. */
async function closed(tracker: JobsClient): Promise<void> {
  if (tracker.client.connected) await closing(tracker.client);
}

function closing(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    client.once("close", () => resolve());
  });
}

test("a tracker hears of new jobs by itself, and replies come once though it subscribed", async () => {
  const tracker = await connectTracker(cloud, "hears");
  await tracker.subscribe("#", "notify", "start-next/accepted");
  await createJob("h1", "hears");
  await createJob("h2", "hears");
  const started = await tracker.request("start-next", { clientToken: "s" });
  assert.equal(started.qos, 0);
  await tracker.request("h1/update", { status: "SUCCEEDED" });
  await tracker.next("notify-next", 2);
  // A last request and its reply: what was to come has come.
  await tracker.request("get");
  const withoutEchoes = tracker.received.filter(({ topic }) => /accepted|notify/.test(topic));
  assert.deepEqual(
    withoutEchoes.map(({ topic, qos }) => `${topic} ${qos}`),
    [
      "notify 1",
      "notify-next 1",
      "notify 1",
      "start-next/accepted 0",
      "h1/update/accepted 0",
      "notify 1",
      "notify-next 1",
      "get/accepted 0",
    ],
  );
  await tracker.end();
});

test("a job canceled by force is seen by notify-next without execution, and by the update", async () => {
  const tracker = await connectTracker(cloud, "canceled");
  await tracker.subscribe("notify-next");
  await createJob("c1", "canceled");
  await tracker.next("notify-next");
  await tracker.request("start-next");
  await iot.send(
    new CancelJobExecutionCommand({ jobId: "c1", thingName: "canceled", force: true }),
  );
  const { body } = await tracker.next("notify-next", 2);
  assert.deepEqual(Object.keys(body), ["timestamp"]);
  const late = await tracker.request("c1/update", { status: "SUCCEEDED" });
  assert.equal(late.topic, "c1/update/rejected");
  assert.equal(late.body["code"], "InvalidStateTransition");
  await tracker.end();
});

test("a reply goes to the one who asked, not to a namesake's session that waits", async () => {
  const first = await connectTracker(cloud, "session", { clean: false });
  await first.subscribe("notify-next", "get/accepted");
  await first.end();
  await createJob("s1", "session");
  const second = await connectTracker(cloud, "session", { clean: false });
  const { body, qos } = await second.next("notify-next");
  assert.equal((body["execution"] as { jobId: string }).jobId, "s1");
  assert.equal(qos, 1);
  await second.end();
});

test("a session is kept for an hour after its connection has ended, and no longer", async () => {
  const present: boolean[] = [];
  for (const [awayMs, jobId] of [
    [0, "k0"],
    [60 * 60_000, "k1"],
    [60 * 60_000 + 1, "k2"],
  ] as const) {
    clock.advance(awayMs);
    const tracker = await connectTracker(cloud, "kept", { clean: false });
    present.push(tracker.sessionPresent);
    await tracker.request("get");
    const expected = present.at(-1) ? ["notify", "get/accepted"] : ["get/accepted"];
    assert.deepEqual(
      tracker.received.map(({ topic }) => topic),
      expected,
    );
    await tracker.subscribe("notify");
    await tracker.end();
    await createJob(jobId, "kept");
  }
  assert.deepEqual(present, [false, true, false]);
});

test("a second connection of the same thing replaces the first, and its session lives on", async () => {
  const persistent = { clean: false };
  const first = await connectTracker(cloud, "twice", persistent);
  await first.subscribe("notify");
  const second = await connectTracker(cloud, "twice", persistent);
  await closed(first);
  assert.equal((await second.request("get")).topic, "get/accepted");
  clock.advance(2 * 60 * 60_000);
  const third = await connectTracker(cloud, "twice", persistent);
  assert.equal(third.sessionPresent, true);
  await Promise.all([second.end(), third.end()]);
});

test("a client id that is not the certificate's thing name is refused", async () => {
  await assert.rejects(connectTracker(cloud, "named", { clientId: "otherwise" }), {
    message: /Not authorized/,
  });
});

test("without a certificate of our authority there is no connection", async () => {
  const { ca, clientId, ...rest } = connectOptions(cloud, "stranger");
  const foreign = createAuthority().issueTracker("stranger");
  const attempts: IClientOptions[] = [
    { ...rest, ca: ca ?? "", clientId: clientId ?? "", ...foreign },
    { protocol: "mqtts", host: rest.host ?? "", port: rest.port ?? 0, ca: ca ?? "" },
  ];
  for (const options of attempts) {
    const client = mqtt.connect({ ...options, reconnectPeriod: 0 });
    client.on("error", () => undefined);
    let connected = false;
    client.on("connect", () => {
      connected = true;
    });
    await closing(client);
    assert.equal(connected, false);
  }
});

test("what a thing has no right to do closes its connection", async () => {
  const offences: ReadonlyArray<readonly [string, (tracker: JobsClient) => void]> = [
    ["foreign publish", publishing("$aws/things/other/jobs/get")],
    ["system publish", publishing("$SYS/x")],
    ["retained on a reserved topic", publishing("$aws/things/thief/jobs/get", { retain: true })],
    ["QoS 2", publishing("data", { qos: 2 })],
    ["foreign subscribe", subscribing("$aws/things/other/jobs/notify")],
    ["wildcard subscribe", subscribing("$aws/things/+/jobs/notify")],
    ["nine topics", subscribing(..."123456789")],
  ];
  for (const [name, offend] of offences) {
    const tracker = await connectTracker(cloud, "thief");
    offend(tracker);
    await closed(tracker);
    assert.equal(tracker.client.connected, false, name);
  }
  const innocent = await connectTracker(cloud, "thief");
  await innocent.client.subscribeAsync([..."12345678"]);
  await innocent.client.publishAsync("data", "x", { qos: 1 });
  assert.equal((await innocent.request("get")).topic, "get/accepted");
  await innocent.end();
});

function publishing(topic: string, options: IClientPublishOptions = {}) {
  return ({ client }: JobsClient) => {
    client.publish(topic, "{}", { qos: 1, ...options }, () => undefined);
  };
}

function subscribing(...topics: string[]) {
  return ({ client }: JobsClient) => {
    client.subscribe(topics, () => undefined);
  };
}

test("a thing's topics stay its own: nobody else gets its notifications", async () => {
  const watcher = await connectTracker(cloud, "watcher");
  await watcher.client.subscribeAsync(["#", "+/things/watched/jobs/notify"]);
  await createJob("w1", "watched");
  const watched = await connectTracker(cloud, "watched");
  await watched.request("start-next");
  await watcher.request("get");
  assert.deepEqual(
    watcher.received.map(({ topic }) => topic),
    ["get/accepted"],
  );
  await Promise.all([watcher.end(), watched.end()]);
});

test("the hook drops a connection at the message asked for, which is lost", async () => {
  const indices: number[] = [];
  hooks.onTrackerMessage = ({ thingName, index }) => {
    if (thingName !== "dropped") return undefined;
    indices.push(index);
    return index === 2 ? "drop" : undefined;
  };
  await createJob("d1", "dropped");
  const tracker = await connectTracker(cloud, "dropped");
  await tracker.request("get");
  const before = cloud.counters().mqttMessages;
  tracker.client.publish("$aws/things/dropped/jobs/start-next", "{}", { qos: 0 });
  await closed(tracker);
  assert.equal(cloud.counters().mqttMessages, before + 1);
  const again = await connectTracker(cloud, "dropped");
  const { body } = await again.request("d1/get");
  assert.equal((body["execution"] as { status: string }).status, "QUEUED");
  assert.deepEqual(indices, [1, 2, 3]);
  hooks.onTrackerMessage = undefined;
  await again.end();
});

test("the rig can cut a connection", async () => {
  const tracker = await connectTracker(cloud, "cut");
  assert.equal(cloud.isConnected("cut"), true);
  cloud.disconnect("cut");
  await closed(tracker);
  assert.equal(cloud.isConnected("cut"), false);
});
