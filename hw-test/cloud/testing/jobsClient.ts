import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import type { JsonObject } from "../json.ts";

export interface Message {
  /** Without the `$aws/things/<thing>/jobs/` in front. */
  readonly topic: string;
  readonly body: JsonObject;
  readonly qos: number;
}

/** An MQTT client that speaks AWS IoT Jobs as a tracker would, whatever broker it talks to. */
export interface JobsClient {
  readonly thingName: string;
  readonly client: MqttClient;
  /** Whether the broker had a session when it connected. */
  readonly sessionPresent: boolean;
  /** All that has come, in order. */
  readonly received: readonly Message[];
  subscribe(...topics: string[]): Promise<void>;
  /** Publishes and waits for `/accepted` or `/rejected`. */
  request(topic: string, body?: JsonObject | string): Promise<Message>;
  /** The `count`-th message (1: the first) on `topic`, waited for. */
  next(topic: string, count?: number): Promise<Message>;
  end(): Promise<void>;
}

export interface JobsClientOptions {
  readonly thingName: string;
  readonly connection: IClientOptions;
  /** How long it waits for a message that is to come. */
  readonly patienceMs: number;
}

/** @throws Error when the broker refuses the connection */
export async function connectJobsClient(options: JobsClientOptions): Promise<JobsClient> {
  const { thingName } = options;
  const prefix = `$aws/things/${thingName}/jobs/`;
  const client = mqtt.connect(options.connection);
  // Before the connection is up: a session may have messages waiting.
  const { received, until } = collect(client, prefix, options.patienceMs);
  const sessionPresent = await connected(client);
  return {
    thingName,
    client,
    sessionPresent,
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
      return until(`an answer on ${topic}`, () =>
        received.slice(from).find((message) => answers.includes(message.topic)),
      );
    },
    next: (topic, count = 1) =>
      until(
        `message ${count} on ${topic}`,
        () => received.filter((message) => message.topic === topic)[count - 1],
      ),
    async end() {
      await client.endAsync(true);
    },
  };
}

/** @returns whether the broker had a session */
function connected(client: MqttClient): Promise<boolean> {
  return new Promise((resolve, reject) => {
    client.once("error", (error) => {
      client.end(true);
      reject(error);
    });
    client.once("close", () => reject(new Error("closed before it was connected")));
    client.once("connect", ({ sessionPresent }) => {
      // What ends the connection later on is for whoever looks at it.
      client.on("error", () => undefined);
      resolve(sessionPresent);
    });
  });
}

function collect(client: MqttClient, prefix: string, patienceMs: number) {
  const received: Message[] = [];
  const waiting = new Set<() => void>();
  client.on("message", (topic, payload, packet) => {
    const body = JSON.parse(payload.toString("utf8")) as JsonObject;
    received.push({ topic: topic.replace(prefix, ""), body, qos: packet.qos });
    for (const check of [...waiting]) check();
  });
  /** Resolves as soon as `find` finds something, now or after a message to come. */
  function until(what: string, find: () => Message | undefined): Promise<Message> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(check);
        const topics = received.map(({ topic }) => topic).join(", ");
        reject(new Error(`${what} has not come in ${patienceMs} ms; came: ${topics || "nothing"}`));
      }, patienceMs);
      const check = () => {
        const message = find();
        if (message === undefined) return;
        clearTimeout(late);
        waiting.delete(check);
        resolve(message);
      };
      waiting.add(check);
      check();
    });
  }
  return { received, until };
}
