import { createServer, type Server, type TLSSocket } from "node:tls";
import { Aedes, type Client, type PublishPacket } from "aedes";
import type { Credential } from "../certificates/authority.ts";
import type { Now } from "../clock.ts";
import { type Listening, listen } from "../listen.ts";
import { authorization, thingNameOf } from "./authorization.ts";
import { connectHead, type Frame, packetType, publishHead } from "./frames.ts";
import { MqttGate } from "./gate.ts";
import { refusePacket } from "./rules.ts";
import { type SessionStore, Sessions } from "./sessions.ts";

/** A message a tracker sends, before anything is done with it. */
export interface TrackerMessage {
  readonly thingName: string;
  /** 1 for the first message of this tracker since the cloud started, over all connections. */
  readonly index: number;
  readonly topic: string;
}

export interface BrokerOptions {
  readonly server: Credential;
  /** PEM; trackers' certificates must be this authority's. */
  readonly authority: string;
  /** 0: any free one. */
  readonly port: number;
  /** Of the interface: the loopback unless told otherwise. */
  readonly address?: string | undefined;
  readonly now: Now;
  /** The things that a certificate of the registry is attached to; undefined: it has no such one. */
  readonly thingsOf: (certificateId: string) => readonly string[] | undefined;
  /** "drop" closes the connection instead of taking the message. */
  readonly onMessage: (message: TrackerMessage) => "drop" | undefined;
  readonly onConnected: (thingName: string) => void;
  /** A message of a tracker that the broker has taken. */
  readonly onPublished: (message: {
    readonly client: Client;
    readonly thingName: string;
    readonly topic: string;
    readonly payload: Buffer;
  }) => void;
}

/** AWS IoT's message broker as a tracker sees it: MQTT 3.1.1 and 5 over TLS with client certificates. */
export class Broker {
  private readonly options: BrokerOptions;
  private readonly aedes: Aedes;
  private readonly server: Server;
  private readonly clients = new Map<string, Client>();
  private readonly messageCounts = new Map<string, number>();
  private listening: Listening | undefined;

  /** @throws an Error that names the port, if it is in use */
  static async start(options: BrokerOptions): Promise<Broker> {
    const aedes = await Aedes.createBroker({ id: "local-aws" });
    const { persistence } = aedes as unknown as { readonly persistence: SessionStore };
    const sessions = new Sessions({ now: options.now, store: persistence });
    Object.assign(aedes, authorization(sessions));
    const broker = new Broker(options, aedes, sessions);
    try {
      const { port, address } = options;
      broker.listening = await listen(broker.server, port, "MQTT broker", address);
    } catch (error) {
      aedes.close();
      throw error;
    }
    return broker;
  }

  private constructor(options: BrokerOptions, aedes: Aedes, sessions: Sessions) {
    this.options = options;
    this.aedes = aedes;
    this.follow(sessions);
    const tls = {
      cert: options.server.cert,
      key: options.server.key,
      ca: options.authority,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
    } as const;
    this.server = createServer(tls, (socket) => this.accept(socket));
  }

  get port(): number {
    return this.listening?.port ?? 0;
  }

  /** Through subscriptions, with QoS 1. */
  publish(topic: string, payload: string): Promise<void> {
    const message = { topic, payload, qos: 1 as const };
    return send(message, (packet, done) => this.aedes.publish(packet, done));
  }

  /** Cuts a tracker's connection, if it has one. */
  disconnect(thingName: string): void {
    this.clients.get(thingName)?.conn.destroy();
  }

  isConnected(thingName: string): boolean {
    return this.clients.has(thingName);
  }

  /** Messages all trackers have sent since the broker started. */
  messageCount(): number {
    return [...this.messageCounts.values()].reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.aedes.close(resolve));
    await this.listening?.stop();
  }

  private follow(sessions: Sessions): void {
    const { aedes, clients, options } = this;
    // Their reasons are for the one who is refused; the connection is closed already.
    aedes.on("clientError", () => undefined);
    aedes.on("connectionError", () => undefined);
    // Registered, and CONNACK not yet sent: whoever has that finds the thing and the connection.
    aedes.on("client", (client) => {
      clients.set(client.id, client);
      sessions.onConnected(client.id);
      options.onConnected(client.id);
    });
    aedes.on("clientDisconnect", (client) => {
      const mqtt5 = client.conn instanceof MqttGate ? client.conn.mqtt5 : undefined;
      sessions.onDisconnect(client.id, mqtt5?.sessionMs);
      if (clients.get(client.id) === client) clients.delete(client.id);
    });
    aedes.published = (packet, client: Client | null, done) => {
      done();
      if (client === null) return;
      const payload = Buffer.from(packet.payload);
      options.onPublished({ client, thingName: thingNameOf(client), topic: packet.topic, payload });
    };
  }

  private accept(socket: TLSSocket): void {
    // An acknowledgement and the reply behind it are two small writes: neither waits for the other.
    socket.setNoDelay(true);
    const { subject, fingerprint256 } = socket.getPeerCertificate();
    const certificateId = fingerprint256.replaceAll(":", "").toLowerCase();
    // A certificate that the registry does not know is named after its thing.
    const thingNames = this.options.thingsOf(certificateId) ?? [String(subject.CN)];
    const admit = (frame: Frame, gate: MqttGate) => this.admit(frame, gate);
    this.aedes.handle(new MqttGate({ socket, thingNames, admit }));
  }

  private admit(frame: Frame, gate: MqttGate): string | undefined {
    if (frame.type === packetType.connect) {
      const { clientId } = connectHead(frame);
      gate.thingName = gate.thingNames.find((one) => one === clientId) ?? gate.thingName;
      return undefined;
    }
    const reason = refusePacket(frame);
    if (reason !== undefined) return reason;
    if (frame.type !== packetType.publish) return undefined;
    const { thingName } = gate;
    const index = (this.messageCounts.get(thingName) ?? 0) + 1;
    this.messageCounts.set(thingName, index);
    const { topic } = publishHead(frame);
    const verdict = this.options.onMessage({ thingName, index, topic });
    return verdict === "drop" ? `dropped at message ${index}` : undefined;
  }
}

/** Past the subscriptions, to this client only; lost if it is not there any more. */
export function publishTo(client: Client, topic: string, payload: string): Promise<void> {
  const message = { topic, payload, qos: 0 as const };
  return send(message, (packet, done) => client.publish(packet, done));
}

function send(
  message: { readonly topic: string; readonly payload: string; readonly qos: 0 | 1 },
  publish: (packet: PublishPacket, done: (error?: Error) => void) => void,
): Promise<void> {
  const packet = { cmd: "publish" as const, dup: false, retain: false, ...message };
  return new Promise((resolve) => publish(packet, () => resolve()));
}
