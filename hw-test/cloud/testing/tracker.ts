import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import type { Cloud } from "../cloud.ts";
import type { JsonObject } from "../json.ts";

export interface Message {
  /** Without the `$aws/things/<thing>/jobs/` in front. */
  readonly topic: string;
  readonly body: JsonObject;
  readonly qos: number;
}

/** An MQTT client that speaks AWS IoT Jobs as a tracker would, for the tests of the cloud. */
export interface TestTracker {
  readonly thingName: string;
  readonly client: MqttClient;
  /** All that has come, in order. */
  readonly received: readonly Message[];
  subscribe(...topics: string[]): Promise<void>;
  /** Publishes and waits for `/accepted` or `/rejected`. */
  request(topic: string, body?: JsonObject | string): Promise<Message>;
  /** The `count`-th message (1: the first) on `topic`, waited for. */
  next(topic: string, count?: number): Promise<Message>;
  end(): Promise<void>;
}

export function connectOptions(cloud: Cloud, thingName: string): IClientOptions {
  const { host, port, hostName } = cloud.endpoints.broker;
  const { cert, key } = cloud.issueTrackerCertificate(thingName);
  return {
    protocol: "mqtts",
    host,
    port,
    servername: hostName,
    ca: cloud.ca,
    cert,
    key,
    clientId: thingName,
    reconnectPeriod: 0,
    protocolVersion: 4,
  };
}

export async function connectTracker(
  cloud: Cloud,
  thingName: string,
  more: IClientOptions & { readonly onConnack?: (sessionPresent: boolean) => void } = {},
): Promise<TestTracker> {
  const prefix = `$aws/things/${thingName}/jobs/`;
  const { onConnack, ...options } = more;
  const client = mqtt.connect({ ...connectOptions(cloud, thingName), ...options });
  // Before the connection is up: a session may have messages waiting.
  const { received, until } = collect(client, prefix);
  const sessionPresent = await connected(client);
  onConnack?.(sessionPresent);
  return {
    thingName,
    client,
    received,
    async subscribe(...topics) {
      await client.subscribeAsync(
        topics.map((topic) => prefix + topic),
        { qos: 1 },
      );
    },
    async request(topic, body = {}) {
      const from = received.length;
      const text = typeof body === "string" ? body : JSON.stringify(body);
      await client.publishAsync(prefix + topic, text, { qos: 1 });
      const answers = [`${topic}/accepted`, `${topic}/rejected`];
      return until(() => received.slice(from).find((message) => answers.includes(message.topic)));
    },
    next: (topic, count = 1) =>
      until(() => received.filter((message) => message.topic === topic)[count - 1]),
    async end() {
      await client.endAsync(true);
    },
  };
}

/** @returns whether the broker had a session */
function connected(client: MqttClient): Promise<boolean> {
  return new Promise((resolve, reject) => {
    client.once("error", reject);
    client.once("close", () => reject(new Error("closed before it was connected")));
    client.once("connect", ({ sessionPresent }) => resolve(sessionPresent));
  });
}

function collect(client: MqttClient, prefix: string) {
  const received: Message[] = [];
  const waiting = new Set<() => void>();
  client.on("message", (topic, payload, packet) => {
    const body = JSON.parse(payload.toString("utf8")) as JsonObject;
    received.push({ topic: topic.replace(prefix, ""), body, qos: packet.qos });
    for (const check of [...waiting]) check();
  });
  /** Resolves as soon as `find` finds something, now or after a message to come. */
  function until(find: () => Message | undefined): Promise<Message> {
    return new Promise((resolve) => {
      const check = () => {
        const message = find();
        if (message === undefined) return;
        waiting.delete(check);
        resolve(message);
      };
      waiting.add(check);
      check();
    });
  }
  return { received, until };
}
