import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { CreateJobCommand } from "@aws-sdk/client-iot";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import mqttPacket, { type IConnackPacket, type IDisconnectPacket, type Packet } from "mqtt-packet";
import { createClock } from "../clock.ts";
import { type Cloud, startCloud } from "../cloud.ts";
import { sdkClients } from "../testing/clients.ts";
import { connectOptions } from "../testing/tracker.ts";
import { type Frame, FrameSplitter } from "./frames.ts";
import { Mqtt5Side } from "./mqtt5.ts";

const clock = createClock();
const clients: MqttClient[] = [];
let cloud: Cloud;

before(async () => {
  cloud = await startCloud({ now: clock.now, schedule: clock.schedule });
});

after(async () => {
  for (const client of clients) client.end(true);
  await cloud.stop();
});

interface Connected {
  readonly client: MqttClient;
  readonly connack: IConnackPacket;
}

/** A client of MQTT 5 of its own, not ours. */
async function connect(thing: string, more: IClientOptions = {}): Promise<Connected> {
  const options = { ...connectOptions(cloud, thing), protocolVersion: 5 as const, ...more };
  const client = mqtt.connect(options);
  clients.push(client);
  // A client that is sent away is closed; only its first connection is looked at.
  client.on("error", () => undefined);
  const connack = await new Promise<IConnackPacket>((resolve) => client.once("connect", resolve));
  return { client, connack };
}

function nextMessage(client: MqttClient): Promise<readonly [topic: string, payload: Buffer]> {
  return new Promise((resolve) => {
    client.once("message", (topic, payload) => resolve([topic, payload]));
  });
}

function sentAway(client: MqttClient): Promise<number | undefined> {
  return new Promise((resolve) => {
    client.once("disconnect", ({ reasonCode }: IDisconnectPacket) => resolve(reasonCode));
  });
}

test("a client of MQTT 5 is told what the broker can do", async () => {
  const { connack } = await connect("caps", { keepalive: 5 });
  assert.equal(connack.reasonCode, 0);
  const { properties } = connack;
  assert.equal(properties?.receiveMaximum, 100);
  assert.equal(properties?.topicAliasMaximum, 8);
  assert.equal(properties?.maximumQoS, 1);
  assert.equal(properties?.serverKeepAlive, 30);
  assert.equal(properties?.sharedSubscriptionAvailable, false);
});

test("it does a job by the same service as a client of 3.1.1", async () => {
  const { client } = await connect("worker");
  const targets = [`arn:aws:iot:${cloud.region}:123456789012:thing/worker`];
  await sdkClients(cloud).iot.send(
    new CreateJobCommand({ jobId: "five", targets, document: '{"a":1}' }),
  );
  const jobs = "$aws/things/worker/jobs";
  await client.subscribeAsync(`${jobs}/start-next/+`, { qos: 1 });
  const answered = nextMessage(client);
  await client.publishAsync(`${jobs}/start-next`, "{}", { qos: 1 });
  const [topic, payload] = await answered;
  assert.equal(topic, `${jobs}/start-next/accepted`);
  assert.equal(JSON.parse(payload.toString()).execution.jobId, "five");
});

test("a topic alias stands for its topic, for this connection alone", async () => {
  const { client } = await connect("alias");
  await client.subscribeAsync("alias/t", { qos: 1 });
  for (const topic of ["alias/t", ""]) {
    const came = nextMessage(client);
    await client.publishAsync(topic, "x", { qos: 1, properties: { topicAlias: 3 } });
    const [where] = await came;
    assert.equal(where, "alias/t");
  }
  const away = sentAway(client);
  client.publish("", "x", { properties: { topicAlias: 4 } });
  assert.equal(await away, 0x94);
});

test("what it may not do is answered by a reason, and the connection stands where it can", async () => {
  const { client } = await connect("denied");
  const granted = await client
    .subscribeAsync(["a", "$aws/things/other/jobs/#", "$share/g/a"], {
      qos: 1,
    })
    .catch((error: Error & { readonly granted?: unknown }) => error);
  assert.match(String(granted), /Not authorized|Shared/i);
  await assert.rejects(client.publishAsync("$aws/things/other/shadow/update", "{}", { qos: 1 }));
  assert.equal(client.connected, true);
  const away = sentAway(client);
  client.publish("$aws/things/other/shadow/update", "{}", { qos: 0 });
  assert.equal(await away, 0x87);
});

test("QoS 2, subscription identifiers and nine topics end its connection, with a reason", async () => {
  const tries: readonly (readonly [number, (client: MqttClient) => void])[] = [
    [0x9b, (client) => client.publish("t", "x", { qos: 2 })],
    [
      0xa1,
      (client) => client.subscribe("t", { qos: 1, properties: { subscriptionIdentifier: 1 } }),
    ],
    [0x83, (client) => client.subscribe(Array.from({ length: 9 }, (_, at) => `t/${at}`))],
  ];
  for (const [code, act] of tries) {
    const { client } = await connect("ended");
    const away = sentAway(client);
    act(client);
    assert.equal(await away, code);
    client.end(true);
  }
});

test("a session lasts as long as it was asked for, by the cloud's clock, and an hour at most", async () => {
  const persistent = (seconds: number, clean = false): IClientOptions => ({
    clean,
    properties: { sessionExpiryInterval: seconds },
  });
  const first = await connect("stays", persistent(60));
  await first.client.subscribeAsync("stays/t", { qos: 1 });
  await first.client.endAsync();
  clock.advance(59_000);
  const { client: sender } = await connect("sender");
  await sender.publishAsync("stays/t", "kept", { qos: 1 });
  const again = await connect("stays", persistent(60));
  assert.equal(again.connack.sessionPresent, true);
  await again.client.endAsync();
  clock.advance(61_000);
  const late = await connect("stays", persistent(60));
  const lost: string[] = [];
  late.client.on("message", (_, payload) => lost.push(payload.toString()));
  await sender.publishAsync("stays/t", "lost", { qos: 1 });
  await delay(100);
  assert.deepEqual(lost, [], "its subscriptions are gone");
  await late.client.endAsync();
  const capped = await connect("capped", persistent(999_999));
  assert.equal(capped.connack.properties?.sessionExpiryInterval, 3600);
});

test("a clean start forgets the session before it", async () => {
  const properties = { sessionExpiryInterval: 600 };
  const first = await connect("clean", { clean: false, properties });
  await first.client.subscribeAsync("clean/t", { qos: 1 });
  await first.client.endAsync();
  const second = await connect("clean", { clean: true, properties });
  const came: string[] = [];
  second.client.on("message", (_, payload) => came.push(payload.toString()));
  await second.client.publishAsync("clean/t", "x", { qos: 1 });
  await delay(100);
  assert.deepEqual(came, []);
});

/** One packet in MQTT's own bytes, as a frame. */
function frameOf(packet: Packet, protocolVersion: 4 | 5): Frame {
  const [frame] = new FrameSplitter().push(mqttPacket.generate(packet, { protocolVersion }));
  assert.ok(frame !== undefined);
  return frame;
}

test("no more is under way than the client can take, and all of it comes", () => {
  const sent: Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 5 });
  parser.on("packet", (packet) => sent.push(packet));
  let acknowledged = 0;
  const side = new Mqtt5Side({
    thingName: () => "slow",
    send: (bytes) => parser.parse(bytes),
    forward: ({ type }) => {
      acknowledged += type === 4 ? 1 : 0;
    },
    close: assert.fail,
  });
  const properties = { receiveMaximum: 2 };
  const connect = { cmd: "connect", clientId: "slow", protocolVersion: 5, properties } as const;
  side.up(frameOf({ ...connect, protocolId: "MQTT", clean: true, keepalive: 60 }, 5));
  const publish = { cmd: "publish", topic: "t", payload: "x", qos: 1, dup: false, retain: false };
  for (let messageId = 1; messageId <= 5; messageId += 1) {
    side.down(mqttPacket.generate({ ...publish, messageId } as Packet, { protocolVersion: 4 }));
  }
  const ids = () => sent.map((packet) => (packet as { readonly messageId?: number }).messageId);
  assert.deepEqual(ids(), [1, 2]);
  for (let messageId = 1; messageId <= 5; messageId += 1) {
    side.up(frameOf({ cmd: "puback", messageId }, 5));
    assert.deepEqual(ids(), [1, 2, 3, 4, 5].slice(0, messageId + 2));
  }
  assert.equal(acknowledged, 5);
});

test("a client of 3.1.1 and one of 5 hear each other", async () => {
  const { client: five } = await connect("five");
  const { client: four } = await connect("four", { protocolVersion: 4 });
  await five.subscribeAsync("talk/5", { qos: 1 });
  await four.subscribeAsync("talk/4", { qos: 1 });
  const [toFive, toFour] = [nextMessage(five), nextMessage(four)];
  await four.publishAsync("talk/5", "from 4", { qos: 1 });
  await five.publishAsync("talk/4", "from 5", { qos: 1 });
  assert.equal((await toFive)[1].toString(), "from 4");
  assert.equal((await toFour)[1].toString(), "from 5");
});

const isInstalled = spawnSync("mosquitto_pub", ["--help"]).error === undefined;
const skip = isInstalled
  ? false
  : "mosquitto_pub is not installed: apt-get install mosquitto-clients";

test("mosquitto_sub -V 5 hears what mosquitto_pub -V 5 says", { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "mosquitto-"));
  const args = (thing: string): readonly string[] => {
    const { cert, key } = cloud.issueTrackerCertificate(thing);
    const file = (name: string, text: string): string => {
      const path = join(folder, `${thing}-${name}.pem`);
      writeFileSync(path, text);
      return path;
    };
    const { host, port } = cloud.endpoints.broker;
    const tls = ["--cafile", file("ca", cloud.ca), "--cert", file("cert", cert)];
    const where = ["-h", host, "-p", String(port), "--insecure", "-i", thing, "-V", "5"];
    return [...where, ...tls, "--key", file("key", key), "-q", "1", "-t", "mosquitto/t"];
  };
  try {
    const listener = spawn("mosquitto_sub", [...args("sub"), "-C", "1", "-W", "10"]);
    const heard = once(listener.stdout, "data");
    while (!cloud.isConnected("sub")) await delay(20);
    await delay(200);
    await promisify(execFile)("mosquitto_pub", [...args("pub"), "-m", "hello"]);
    assert.equal(String((await heard)[0]).trim(), "hello");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
