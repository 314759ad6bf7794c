import assert from "node:assert/strict";
import type { MqttClient } from "mqtt";
import type { Bench } from "../bench.ts";
import { assumed, type ConformanceCase, documented, pages } from "../case.ts";
import { accepted } from "../expect.ts";

/** What the message broker allows a device, and how it refuses the rest. */
export const connectionCases: readonly ConformanceCase[] = [
  {
    name: "a client id that is not the thing's is refused",
    source: documented(pages.policies),
    async run(bench) {
      const thing = await bench.thing();
      await bench.device();
      await assert.rejects(bench.connectOnce(thing, { clientId: bench.newName() }));
    },
  },
  {
    name: "such a refusal is CONNACK 5, not authorized",
    source: assumed("MQTT 3.1.1, 3.2.2.3; no page says whether a CONNACK is sent at all"),
    async run(bench) {
      const thing = await bench.thing();
      await bench.device();
      const attempt = bench.connectOnce(thing, { clientId: bench.newName() });
      await assert.rejects(attempt, { code: 5 });
    },
  },
  {
    name: "a connection without a certificate is refused",
    source: documented(pages.mqtt),
    async run(bench) {
      const { cert: _cert, key: _key, ...anonymous } = (await bench.thing()).connection;
      await assert.rejects(bench.connectOnce({ ...(await bench.thing()), connection: anonymous }));
    },
  },
  {
    name: "a second connection of the same client id ends the first",
    source: documented(pages.mqtt),
    async run(bench) {
      const first = await bench.device();
      const second = await bench.device();
      await closed(bench, first.client);
      accepted(await second.request("get"));
    },
  },
  {
    name: "a publish to another thing's topic has no effect",
    source: documented(pages.policies),
    async run(bench) {
      const victim = await bench.newThing();
      const jobId = await bench.createJob({ targets: [victim.thingArn] });
      await bench.eventually(() => bench.execution(jobId, victim.thingName), Boolean);
      await publishForeign(bench, victim.thingName, `${jobId}/update`, '{"status":"FAILED"}');
      await bench.quiet(await bench.device(victim));
      assert.equal((await bench.execution(jobId, victim.thingName))?.versionNumber, 1);
    },
  },
  {
    name: "a publish to another thing's topic closes the connection",
    source: assumed("MQTT 3.1.1, 3.3.5: that, or a PUBACK; no page says which"),
    async run(bench) {
      const other = await bench.newThing();
      await closed(bench, await publishForeign(bench, other.thingName, "get", "{}"));
    },
  },
  {
    name: "a subscription to another thing's topics closes the connection",
    source: assumed("it may instead be answered by a SUBACK with 128"),
    async run(bench) {
      const other = await bench.newThing();
      const { client } = await bench.device();
      client.subscribe(`$aws/things/${other.thingName}/jobs/notify`, () => undefined);
      await closed(bench, client);
    },
  },
  {
    name: "a message with QoS 2 closes the connection",
    source: assumed(`${pages.mqtt}: not supported; it may be left unanswered instead`),
    async run(bench) {
      const { client, thingName } = await bench.device();
      client.publish(`$aws/things/${thingName}/jobs/get`, "{}", { qos: 2 }, () => undefined);
      await closed(bench, client);
    },
  },
  {
    name: "eight topics in one SUBSCRIBE are granted",
    source: documented(pages.brokerQuotas),
    async run(bench) {
      const device = await bench.device();
      await device.subscribe(...jobTopics(8));
      accepted(await device.request("get"));
    },
  },
  {
    name: "nine topics in one SUBSCRIBE close the connection",
    source: assumed(`${pages.brokerQuotas}: eight at most; the way of refusing is not said`),
    async run(bench) {
      const device = await bench.device();
      device.subscribe(...jobTopics(9)).catch(() => undefined);
      await closed(bench, device.client);
    },
  },
  {
    name: "a retained message on a reserved topic closes the connection",
    source: assumed(`${pages.mqtt}: not allowed; the way of refusing is not said`),
    async run(bench) {
      const { client, thingName } = await bench.device();
      const topic = `$aws/things/${thingName}/jobs/get`;
      client.publish(topic, "{}", { qos: 1, retain: true }, () => undefined);
      await closed(bench, client);
    },
  },
];

/** @returns the case's device, which has published to a topic of another thing, and was heard */
async function publishForeign(
  bench: Bench,
  thingName: string,
  topic: string,
  payload: string,
): Promise<MqttClient> {
  const { client } = await bench.device();
  let answered = false;
  client.publish(`$aws/things/${thingName}/jobs/${topic}`, payload, { qos: 1 }, () => {
    answered = true;
  });
  await bench.eventually(
    async () => answered || !client.connected,
    (seen) => seen,
  );
  return client;
}

function jobTopics(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `job-${index}/get/accepted`);
}

async function closed(bench: Bench, client: MqttClient): Promise<void> {
  const isClosed = await bench.eventually(
    async () => !client.connected,
    (seen) => seen,
  );
  assert.ok(isClosed, "the connection is still up");
}
