import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { connectAsync, type MqttClient } from "mqtt";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import type { CloudSide, Registered, TrackerCertificate } from "../bench/cloud-side.ts";
import { startForward } from "./forward.ts";

/** A broker that is not ours, to carry the messages between trackers and the cloud. */
export interface ExternalBroker {
  /** Of its certificate. */
  readonly host: string;
  readonly port: number;
  /** PEM: who vouches for the broker. */
  readonly ca: string;
  /** What trackers and the bridge show; undefined for a broker that asks for no certificate. */
  readonly client: TrackerCertificate | undefined;
}

/** What trackers publish, of all the Jobs topics. */
const requestFilters = ["start-next", "get", "+/get", "+/update"].map(
  (topic) => `$aws/things/+/jobs/${topic}`,
);
/** A connection that is lost is tried again this often. */
const reconnectMs = 500;

const noticeTopics = ["notify", "notify-next"];

/** @throws UsageError for another kind of URL, or a file that cannot be read */
export function readBroker(
  url: string,
  files: {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
  },
): ExternalBroker {
  const { protocol, hostname, port } = parseUrl(url);
  if (protocol !== "mqtts:") throw new UsageError(`--broker ${url}: only mqtts:// is served`);
  if (files.ca === undefined) throw new UsageError("--broker needs --broker-ca FILE");
  if ((files.cert === undefined) !== (files.key === undefined)) {
    throw new UsageError("--broker-cert and --broker-key go together");
  }
  const client =
    files.cert === undefined || files.key === undefined
      ? undefined
      : { cert: read(files.cert), key: read(files.key) };
  return { host: hostname, port: port === "" ? 8883 : Number(port), ca: read(files.ca), client };
}

/**
 * The same cloud behind another broker: trackers connect there, and a bridge carries their requests
 * to the cloud's own broker and its answers back, each tracker's over a connection of its own. If the
 * broker cannot be reached the cloud is stopped.
 */
export async function behindBroker(side: CloudSide, broker: ExternalBroker): Promise<CloudSide> {
  const bridge = await Bridge.connect(side, broker).catch(async (error: unknown) => {
    // Its servers would keep the process.
    await side.stop();
    throw error;
  });
  const { host, port, ca } = broker;
  const forward = await startForward({ host, port });
  return {
    ...side,
    values: { ...side.values, mqttEndpoint: host },
    broker: { hostName: host, port, ca, reachedAt: { host, port } },
    trouble: () => bridge.trouble(),
    resolve: (name, to) => (name === host ? forward.port : side.resolve(name, to)),
    async register(id) {
      const registered = await side.register(id);
      await bridge.add(registered);
      return { ...registered, certificate: broker.client ?? registered.certificate };
    },
    async stop() {
      await bridge.stop();
      await forward.stop();
      await side.stop();
    },
  };
}

class Bridge {
  private readonly side: CloudSide;
  private readonly outer: MqttClient;
  private readonly url: string;
  private readonly inner = new Map<string, MqttClient>();

  static async connect(side: CloudSide, broker: ExternalBroker): Promise<Bridge> {
    const { host, port, ca, client } = broker;
    const url = `mqtts://${host}:${port}`;
    const clientId = `bridge-${randomUUID().slice(0, 8)}`;
    const options = { ca, ...client, clientId, reconnectPeriod: reconnectMs };
    const outer = await connectAsync(url, options, false).catch((error: Error) => {
      throw new Error(`the broker ${url} cannot be reached: ${error.message}`);
    });
    const bridge = new Bridge(side, outer, url);
    await outer.subscribeAsync(requestFilters, { qos: 1 });
    return bridge;
  }

  private constructor(side: CloudSide, outer: MqttClient, url: string) {
    this.side = side;
    this.outer = outer;
    this.url = url;
    // It connects again by itself, with its subscriptions; trouble() tells meanwhile.
    outer.on("error", () => undefined);
    outer.on("message", (topic, payload) => {
      const thing = topic.split("/")[2] ?? "";
      this.inner.get(thing)?.publish(topic, payload, { qos: 1 });
    });
  }

  async add({ id, certificate }: Registered): Promise<void> {
    const { hostName, reachedAt, ca } = this.side.broker;
    const inner = await connectAsync({
      protocol: "mqtts",
      ...reachedAt,
      servername: hostName,
      ca,
      ...certificate,
      clientId: id,
      reconnectPeriod: reconnectMs,
    });
    inner.on("error", () => undefined);
    // Answers come to who asked, without a subscription; notices need one.
    inner.on("message", (topic, payload) => this.outer.publish(topic, payload, { qos: 1 }));
    const topics = noticeTopics.map((topic) => `$aws/things/${id}/jobs/${topic}`);
    await inner.subscribeAsync(topics, { qos: 1 });
    this.inner.set(id, inner);
  }

  trouble(): string | undefined {
    return this.outer.connected ? undefined : `the broker ${this.url} is gone`;
  }

  async stop(): Promise<void> {
    for (const client of [...this.inner.values(), this.outer]) await client.endAsync(true);
  }
}

function parseUrl(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw new UsageError(`--broker ${url}: not a URL`);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
