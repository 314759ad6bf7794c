import { once } from "node:events";
import type { TLSSocket } from "node:tls";
import mqttPacket, { type IPublishPacket, type Packet, type Parser } from "mqtt-packet";
import { startTlsServer, type TlsServer } from "../tls-server.ts";

/** A request of the tracker's to the Jobs service. */
export interface Heard {
  /** Without `$aws/things/NAME/jobs/`. */
  readonly topic: string;
  readonly token: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const HOST = "broker.example";
/** Of an identifier that no message of a flood has. */
const LAST_ID = 0xffff;

/** A broker for one tracker that says what it is told to, and answers no request by itself. */
export class ScriptedBroker {
  readonly host = HOST;
  /** The tracker's last request. */
  newest: Heard | undefined;
  onRequest: (heard: Heard) => void = () => {};
  private readonly prefix: string;
  private server: TlsServer | undefined;
  private socket: TLSSocket | undefined;
  private subscribed: (() => void) | undefined;
  private acknowledged: (() => void) | undefined;

  constructor(thingName: string) {
    this.prefix = `$aws/things/${thingName}/jobs/`;
  }

  async start(): Promise<TlsServer> {
    const onConnection = (socket: TLSSocket) => this.serve(socket);
    this.server = await startTlsServer({ hosts: [HOST], onConnection });
    return this.server;
  }

  stop(): void {
    this.socket?.destroy();
    this.server?.close();
  }

  /** Until the tracker has subscribed. */
  async online(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.subscribed = resolve;
    });
  }

  /** Sends with QoS 0, as fast as the tracker takes it. */
  async say(topic: string, payload: Uint8Array): Promise<void> {
    const packet = { cmd: "publish", topic: this.prefix + topic, qos: 0 } as const;
    const isTaken = this.write({ ...packet, payload: Buffer.from(payload), dup: false });
    if (!isTaken && this.socket !== undefined) await once(this.socket, "drain");
  }

  /** Until the tracker has read all that was said so far: it acknowledges what came after it. */
  async heardAll(): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      this.acknowledged = resolve;
    });
    const packet = { cmd: "publish", topic: `${this.prefix}notify-next`, qos: 1 } as const;
    this.write({ ...packet, messageId: LAST_ID, payload: '{"timestamp":1}', dup: false });
    await heard;
  }

  private write(packet: Omit<IPublishPacket, "retain"> | Packet): boolean {
    return this.socket?.write(mqttPacket.generate({ retain: false, ...packet } as Packet)) ?? true;
  }

  private serve(socket: TLSSocket): void {
    this.socket = socket;
    const parser: Parser = mqttPacket.parser({ protocolVersion: 4 });
    parser.on("packet", (packet) => this.take(packet));
    socket.on("data", (bytes) => parser.parse(bytes));
  }

  private take(packet: Packet): void {
    if (packet.cmd === "connect") {
      this.write({ cmd: "connack", returnCode: 0, sessionPresent: false });
    } else if (packet.cmd === "subscribe") {
      const granted = packet.subscriptions.map(() => 1);
      this.write({ cmd: "suback", messageId: packet.messageId ?? 1, granted } as Packet);
      this.subscribed?.();
    } else if (packet.cmd === "pingreq") {
      this.write({ cmd: "pingresp" });
    } else if (packet.cmd === "puback" && packet.messageId === LAST_ID) {
      this.acknowledged?.();
    } else if (packet.cmd === "publish") {
      this.hear(packet);
    }
  }

  private hear(packet: IPublishPacket): void {
    const body = JSON.parse(packet.payload.toString()) as Record<string, unknown>;
    const topic = packet.topic.slice(this.prefix.length);
    const heard = { topic, token: String(body["clientToken"]), body };
    this.newest = heard;
    this.onRequest(heard);
  }
}
