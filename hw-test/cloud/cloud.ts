import {
  type Authority,
  type Credential,
  createAuthority,
  type KeyKind,
} from "./certificates/authority.ts";
import { type Clock, type Now, realClock, type Schedule } from "./clock.ts";
import { type AccessKeys, wellKnownKeys } from "./credentials.ts";
import { Deliveries, type SentMessage } from "./deliveries.ts";
import { type FileCounters, FileService, type OnFileRequest } from "./files.ts";
import type { HttpRequest, HttpResponse } from "./http/message.ts";
import { notServed } from "./http/notServed.ts";
import { startHttpServer } from "./http/server.ts";
import type { Execution } from "./jobs/execution.ts";
import { type Listening, loopback } from "./listen.ts";
import { Broker, type TrackerMessage } from "./mqtt/broker.ts";
import { shadowTopicOf } from "./mqtt/shadowTopics.ts";
import { createNames, type Names } from "./names.ts";
import type { Thing } from "./registry/registry.ts";
import { createServices, type Services } from "./services.ts";
import { claimedService } from "./sigv4/verify.ts";
import { inMemory, type Tables } from "./store/tables.ts";

/** What a test may meddle with; read anew at each event, so it can be changed while running. */
export interface CloudHooks {
  onFileRequest?: OnFileRequest | undefined;
  /** "drop" closes the tracker's connection; its message is lost. */
  onTrackerMessage?: ((message: TrackerMessage) => "drop" | undefined) | undefined;
  /** A message that the broker has taken from a tracker. */
  onTaken?: ((message: SentMessage) => void) | undefined;
  /** A message of the Jobs service to a tracker, whether or not it is there to hear it. */
  onSent?: ((message: SentMessage) => void) | undefined;
  /** All executions of a thing, whenever one of them may have changed. */
  onExecutions?: ((thingName: string, executions: readonly Execution[]) => void) | undefined;
}

export interface CloudOptions {
  /** Default eu-west-1. */
  readonly region?: string;
  /** Absent: any free port. */
  readonly ports?: {
    readonly control?: number;
    readonly broker?: number;
    readonly files?: number;
  };
  readonly now?: Now;
  readonly schedule?: Schedule;
  readonly hooks?: CloudHooks;
  /** What it knew before, and where it keeps what it knows; in memory if left out. */
  readonly tables?: Tables;
  /** Of SDK and Jobs; the well-known ones if left out. */
  readonly keys?: AccessKeys;
  /** Who may reach it, and as whom; the loopback interface, with the broker under AWS's name, if left out. */
  readonly reach?: Reach;
}

export interface Reach {
  /** Of the interface that is listened at: IPv4. */
  readonly listen: string;
  /** The name or address that clients are told. */
  readonly host: string;
  /** More names and addresses that the certificates are for. */
  readonly alsoKnownAs: readonly string[];
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Cloud {
  readonly region: string;
  readonly endpoints: {
    /**
     * URLs for the `endpoint` option of SDK clients, or AWS_ENDPOINT_URL: the same one. HTTPS where a
     * reach was given.
     */
    readonly iotControl: string;
    readonly s3: string;
    /** `hostName`: the AWS-like name in its certificate, which DescribeEndpoint answers. */
    readonly broker: Address & { readonly hostName: string };
    /** Serves `https://BUCKET.s3.amazonaws.com/KEY` to whoever resolves that to this address. */
    readonly files: Address;
  };
  /** PEM of the authority that signed every certificate here. */
  readonly ca: string;
  /** For the `credentials` option of SDK clients. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly hooks: CloudHooks;
  createThing(thingName: string): Thing;
  createGroup(groupName: string, thingNames: readonly string[]): void;
  createBucket(bucket: string): void;
  /** The client certificate a tracker of this name connects with. */
  issueTrackerCertificate(thingName: string, kind?: KeyKind): Credential;
  /** Cuts a tracker's MQTT connection. */
  disconnect(thingName: string): void;
  isConnected(thingName: string): boolean;
  counters(): { readonly files: FileCounters; readonly mqttMessages: number };
  stop(): Promise<void>;
}

/** What the parts of a starting cloud are made from. */
interface Plan {
  readonly ports: NonNullable<CloudOptions["ports"]>;
  readonly hooks: CloudHooks;
  readonly clock: Clock;
  readonly names: Names;
  readonly authority: Authority;
  readonly keys: AccessKeys;
  readonly reach: Reach | undefined;
  readonly services: Services;
}

/**
 * A local AWS: IoT Core (broker, Jobs, registry), S3 and its own certificate authority.
 * @throws an Error that names the port, if one asked for is in use
 */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const clock = { ...realClock, ...given(options) };
  const { reach, tables = inMemory, keys = wellKnownKeys, ports = {}, hooks = {} } = options;
  const names = createNames(options.region ?? "eu-west-1", reach?.host);
  const deliveries = new Deliveries((message) => hooks.onSent?.(message));
  const authority = createAuthority(tables);
  const services = createServices({
    names,
    clock,
    authority,
    keys,
    tables,
    onNotification: (notification) => deliveries.notify(notification),
    onShadow: (notice) =>
      deliveries.publish(notice.thingName, { topic: shadowTopicOf(notice), body: notice.body }),
    onExecutions: (thingName, executions) => hooks.onExecutions?.(thingName, executions),
  });
  const plan = { ports, hooks, clock, names, authority, keys, reach, services };
  const files = new FileService(services.s3, (index, request) =>
    hooks.onFileRequest?.(index, request),
  );
  const started: Array<{ stop(): Promise<void> }> = [];
  const stop = async () => {
    services.ledger.stop();
    for (const server of started.splice(0).reverse()) await server.stop();
  };
  const keep = <S extends { stop(): Promise<void> }>(server: S): S => {
    started.push(server);
    return server;
  };
  try {
    const broker = keep(await startTrackerBroker(plan, deliveries));
    deliveries.broker = broker;
    const control = keep(await startControlPlane(plan));
    const fileServer = keep(await startFileServer(plan, files));
    return describe(plan, { broker, control, fileServer, files, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

function given({ now, schedule }: CloudOptions): Partial<Clock> {
  return { ...(now && { now }), ...(schedule && { schedule }) };
}

function startTrackerBroker(plan: Plan, deliveries: Deliveries): Promise<Broker> {
  const { ports, hooks, names, authority, clock } = plan;
  const { registry, principals, topics, shadowTopics } = plan.services;
  return Broker.start({
    server: authority.issueServer([...ownNames(plan), names.brokerHostName]),
    authority: authority.certificate,
    port: ports.broker ?? 0,
    address: plan.reach?.listen,
    now: clock.now,
    thingsOf: (certificateId) => principals.thingsOf(certificateId),
    onMessage: (message) => hooks.onTrackerMessage?.(message),
    // Just-in-time provisioning: a certificate of our authority makes a thing.
    onConnected: (thingName) => {
      if (!registry.hasThing(thingName)) registry.createThing(thingName);
    },
    onPublished: ({ client, thingName, topic, payload }) => {
      hooks.onTaken?.({ thingName, topic, payload: payload.toString("utf8") });
      const reply = topics.answer(thingName, topic, payload);
      if (reply !== undefined) deliveries.reply(thingName, client, reply);
      const said = shadowTopics.answer(thingName, topic, payload);
      if (said !== undefined) deliveries.publish(thingName, said);
    },
  });
}

/** What certificates of the servers are for besides AWS's names. */
function ownNames({ reach }: Plan): string[] {
  const { host, alsoKnownAs } = reach ?? { host: loopback, alsoKnownAs: [] };
  return [...new Set(["localhost", loopback, host, ...alsoKnownAs])];
}

function startControlPlane(plan: Plan): Promise<Listening> {
  const { ports, clock, services, reach, authority } = plan;
  return startHttpServer({
    name: "control plane",
    port: ports.control ?? 0,
    address: reach?.listen,
    ...(reach && { tls: authority.issueServer(ownNames(plan)) }),
    now: clock.now,
    handle: (request) => controlPlane(request, services),
  });
}

/** All services on one port: a request says in its signature which one it is for. */
async function controlPlane(
  request: HttpRequest,
  { bySigningName, s3 }: Services,
): Promise<HttpResponse> {
  const name = claimedService(request);
  if (name === undefined) return s3.handle(request);
  const service = Object.hasOwn(bySigningName, name) ? bySigningName[name] : undefined;
  return service?.handle(request) ?? notServed(request, name, Object.keys(bySigningName));
}

function startFileServer(plan: Plan, files: FileService): Promise<Listening> {
  const { region } = plan.names;
  const services = ["s3.amazonaws.com", `s3.${region}.amazonaws.com`];
  const buckets = services.map((host) => `*.${host}`);
  return startHttpServer({
    name: "file server",
    port: plan.ports.files ?? 0,
    address: plan.reach?.listen,
    tls: plan.authority.issueServer([...ownNames(plan), ...services, ...buckets]),
    now: plan.clock.now,
    handle: (request) => files.handle(request),
    onBytesSent: (byteCount) => files.countSent(byteCount),
  });
}

function describe(
  { names, authority, hooks, services, clock, reach, keys }: Plan,
  parts: {
    readonly broker: Broker;
    readonly control: Listening;
    readonly fileServer: Listening;
    readonly files: FileService;
    readonly stop: () => Promise<void>;
  },
): Cloud {
  const { broker, control, fileServer, files, stop } = parts;
  const { host } = reach ?? { host: loopback };
  const controlUrl = `${reach ? "https" : "http"}://${host}:${control.port}`;
  return {
    region: names.region,
    endpoints: {
      iotControl: controlUrl,
      s3: controlUrl,
      broker: { host, port: broker.port, hostName: names.brokerHostName },
      files: { host, port: fileServer.port },
    },
    ca: authority.certificate,
    // A copy: the SDK adds to the object it is given.
    credentials: { ...keys.user },
    hooks,
    createThing: (thingName) => services.registry.createThing(thingName),
    createGroup: (groupName, thingNames) => {
      services.registry.createGroup(groupName);
      for (const one of thingNames) services.registry.addToGroup(groupName, one);
    },
    createBucket: (bucket) => {
      services.objects.createBucket(bucket, clock.now());
    },
    issueTrackerCertificate: (thingName, kind) => authority.issueTracker(thingName, kind),
    disconnect: (thingName) => broker.disconnect(thingName),
    isConnected: (thingName) => broker.isConnected(thingName),
    counters: () => ({ files: files.counters(), mqttMessages: broker.messageCount() }),
    stop,
  };
}
