import mqttPacket, {
  type IConnackPacket,
  type IConnectPacket,
  type IPublishPacket,
  type ISubackPacket,
  type ISubscribePacket,
  type Packet,
} from "mqtt-packet";
import {
  type Frame,
  FrameError,
  FrameSplitter,
  packetMaxBytes,
  payloadMaxBytes,
} from "./frames.ts";
import { effectiveKeepAliveS, mayUse, topicsPerSubscribeMax } from "./rules.ts";
import { sessionLifetimeMs } from "./sessions.ts";

/** Reason codes of MQTT 5 (2.4) that AWS IoT Core answers with ("MQTT 5 reason codes"). */
const reason = Object.freeze({
  success: 0x00,
  disconnectWithWill: 0x04,
  unspecified: 0x80,
  protocolError: 0x82,
  implementation: 0x83,
  notAuthorized: 0x87,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  qosNotSupported: 0x9b,
  sharedNotSupported: 0x9e,
  identifiersNotSupported: 0xa1,
});

/** Return codes of MQTT 3.1.1 (table 3.1) as reason codes. */
const connackReasons: readonly number[] = [0x00, 0x84, 0x85, 0x88, 0x86, 0x87];

/** AWS IoT Core, "MQTT 5 supported features": what a client may have under way, and its aliases. */
export const receiveMaximum = 100;
export const topicAliasMaximum = 8;

export interface Mqtt5Options {
  /** Whose topics the client may use. */
  readonly thingName: () => string;
  /** To the client. */
  readonly send: (bytes: Buffer) => void;
  /** To the broker, which speaks 3.1.1. */
  readonly forward: (frame: Frame) => void;
  /** Everything is said. */
  readonly close: (reason: string) => void;
}

/**
 * A client of MQTT 5 before a broker of 3.1.1: each packet is put into the other's words. Session
 * expiry, reason codes, topic aliases and flow control are kept here; properties of a message are not
 * passed on.
 */
export class Mqtt5Side {
  /** The session of before is to be forgotten when the client connects. */
  isCleanStart = false;
  /** How long the session outlives this connection. */
  sessionMs = 0;
  private readonly options: Mqtt5Options;
  private readonly parser = mqttPacket.parser({ protocolVersion: 5 });
  private readonly upFrames = new FrameSplitter();
  private readonly downFrames = new FrameSplitter();
  private readonly downParser = mqttPacket.parser({ protocolVersion: 4 });
  private received: Packet | undefined;
  private readonly aliases = new Map<number, string>();
  /** Codes of filters that the broker is not asked for, by packet identifier; undefined: it is. */
  private readonly subscriptions = new Map<number, readonly (number | undefined)[]>();
  private readonly unsubscriptions = new Map<number, number>();
  private clientReceiveMaximum = 65_535;
  private clientPacketMaxBytes = Number.POSITIVE_INFINITY;
  private askedKeepAliveS = 0;
  private askedSessionS = 0;
  /** Publishes of QoS 1 that the client has not acknowledged, and those that wait for it. */
  private readonly inFlight = new Set<number>();
  private readonly waiting: IPublishPacket[] = [];

  constructor(options: Mqtt5Options) {
    this.options = options;
    for (const parser of [this.parser, this.downParser]) {
      parser.on("packet", (packet) => {
        this.received = packet;
      });
      parser.on("error", (error) => {
        throw new FrameError(error.message);
      });
    }
  }

  /** A packet of the client. */
  up(frame: Frame): void {
    const packet = this.read(this.parser, frame);
    if (packet.cmd === "connect") this.connect(packet);
    else if (packet.cmd === "publish") this.publish(packet);
    else if (packet.cmd === "subscribe") this.subscribe(packet);
    else if (packet.cmd === "unsubscribe") {
      this.unsubscriptions.set(packet.messageId ?? 0, packet.unsubscriptions.length);
      this.forward(packet);
    } else if (packet.cmd === "puback") this.acknowledged(packet.messageId ?? 0);
    else if (packet.cmd === "disconnect") this.disconnect(packet);
    else if (packet.cmd === "pingreq") this.forward(packet);
    else this.end(reason.protocolError, `${packet.cmd} is not taken`);
  }

  /** Bytes of the broker for the client. */
  down(chunk: Buffer): void {
    for (const frame of this.downFrames.push(chunk)) {
      const packet = this.read(this.downParser, frame);
      if (packet.cmd === "connack") this.connack(packet);
      else if (packet.cmd === "publish") this.deliver(packet);
      else if (packet.cmd === "suback") this.suback(packet);
      else if (packet.cmd === "unsuback") {
        const messageId = packet.messageId ?? 0;
        const count = this.unsubscriptions.get(messageId) ?? 1;
        this.unsubscriptions.delete(messageId);
        this.send({ ...packet, granted: new Array<number>(count).fill(0) });
      } else this.send(packet);
    }
  }

  /** Says why, and closes. */
  end(reasonCode: number, text: string): void {
    this.send({ cmd: "disconnect", reasonCode, properties: { reasonString: text } });
    this.options.close(text);
  }

  /** What the rules for every client refuse. */
  refuse(text: string): void {
    this.end(reason.implementation, text);
  }

  private connect(packet: IConnectPacket): void {
    const { properties = {}, clean = false, keepalive = 0 } = packet;
    this.isCleanStart = clean;
    this.askedSessionS = properties.sessionExpiryInterval ?? 0;
    this.sessionMs = Math.min(this.askedSessionS * 1000, sessionLifetimeMs);
    this.clientReceiveMaximum = properties.receiveMaximum ?? 65_535;
    this.clientPacketMaxBytes = properties.maximumPacketSize ?? Number.POSITIVE_INFINITY;
    this.askedKeepAliveS = keepalive;
    this.forward({
      ...packet,
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: clean && this.sessionMs === 0,
      ...(packet.will && { will: willOf(packet.will) }),
    });
  }

  private connack(packet: IConnackPacket): void {
    const reasonCode = connackReasons[packet.returnCode ?? 5] ?? reason.unspecified;
    const keepAliveS = effectiveKeepAliveS(this.askedKeepAliveS);
    const sessionS = this.sessionMs / 1000;
    const properties = {
      receiveMaximum,
      maximumQoS: 1,
      retainAvailable: true,
      maximumPacketSize: packetMaxBytes,
      topicAliasMaximum,
      wildcardSubscriptionAvailable: true,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: false,
      ...(keepAliveS !== this.askedKeepAliveS && { serverKeepAlive: keepAliveS }),
      ...(sessionS !== this.askedSessionS && { sessionExpiryInterval: sessionS }),
    };
    const { sessionPresent } = packet;
    const isGood = reasonCode === reason.success;
    this.send({ cmd: "connack", sessionPresent, reasonCode, ...(isGood && { properties }) });
  }

  private publish(packet: IPublishPacket): void {
    const { qos, messageId = 0, properties = {} } = packet;
    const topic = this.topicOf(packet.topic, properties.topicAlias);
    if (qos === 2) this.end(reason.qosNotSupported, "QoS 2 is not supported");
    else if (topic === undefined)
      this.end(reason.topicAliasInvalid, "a topic alias that is not known");
    else if (packet.payload.length > payloadMaxBytes) {
      this.end(reason.packetTooLarge, `a payload of ${packet.payload.length} bytes`);
    } else if (mayUse(this.options.thingName(), topic)) this.forward({ ...packet, topic });
    else if (qos === 0) this.end(reason.notAuthorized, `not authorized to publish to ${topic}`);
    else this.send({ cmd: "puback", messageId, reasonCode: reason.notAuthorized });
  }

  private topicOf(topic: string, alias: number | undefined): string | undefined {
    if (alias === undefined) return topic === "" ? undefined : topic;
    if (alias < 1 || alias > topicAliasMaximum) return undefined;
    if (topic !== "") this.aliases.set(alias, topic);
    return this.aliases.get(alias);
  }

  private subscribe(packet: ISubscribePacket): void {
    if (packet.properties?.subscriptionIdentifier !== undefined) {
      this.end(reason.identifiersNotSupported, "subscription identifiers are not supported");
      return;
    }
    if (packet.subscriptions.length > topicsPerSubscribeMax) {
      this.refuse(`a SUBSCRIBE of more than ${topicsPerSubscribeMax} topics`);
      return;
    }
    const codes = packet.subscriptions.map(({ topic }) => this.refusalOf(topic));
    const asked = packet.subscriptions.filter((_, at) => codes[at] === undefined);
    const messageId = packet.messageId ?? 0;
    if (asked.length === 0) {
      this.send({ cmd: "suback", messageId, granted: codes.map(Number) });
      return;
    }
    this.subscriptions.set(messageId, codes);
    this.forward({
      ...packet,
      subscriptions: asked.map(({ topic, qos }) => ({ topic, qos: Math.min(qos, 1) as 0 | 1 })),
    });
  }

  private refusalOf(filter: string): number | undefined {
    if (filter.startsWith("$share/")) return reason.sharedNotSupported;
    return mayUse(this.options.thingName(), filter) ? undefined : reason.notAuthorized;
  }

  private suback(packet: ISubackPacket): void {
    const messageId = packet.messageId ?? 0;
    const granted = [...packet.granted];
    const codes = this.subscriptions.get(messageId) ?? granted.map(() => undefined);
    this.subscriptions.delete(messageId);
    const all = codes.map((code) => code ?? Number(granted.shift() ?? reason.unspecified));
    this.send({ cmd: "suback", messageId, granted: all });
  }

  /** As many as the client says that it can take at once. */
  private deliver(packet: IPublishPacket): void {
    const bytes = encode(packet, 5);
    if (bytes.length > this.clientPacketMaxBytes) {
      // MQTT 5, 3.1.2.11.4: as if it had been delivered.
      if (packet.qos > 0) this.forward({ cmd: "puback", messageId: packet.messageId ?? 0 });
    } else if (packet.qos === 0) this.options.send(bytes);
    else if (this.inFlight.size >= this.clientReceiveMaximum) this.waiting.push(packet);
    else {
      this.inFlight.add(packet.messageId ?? 0);
      this.options.send(bytes);
    }
  }

  private acknowledged(messageId: number): void {
    this.inFlight.delete(messageId);
    this.forward({ cmd: "puback", messageId });
    const next = this.waiting.shift();
    if (next !== undefined) this.deliver(next);
  }

  private disconnect(packet: Extract<Packet, { cmd: "disconnect" }>): void {
    const expiryS = packet.properties?.sessionExpiryInterval;
    // MQTT 5, 3.14.2.2.2: what was nothing at the start stays nothing.
    if (expiryS !== undefined && this.sessionMs > 0) {
      this.sessionMs = Math.min(expiryS * 1000, sessionLifetimeMs);
    }
    if (packet.reasonCode === reason.disconnectWithWill) this.options.close("with its will");
    else this.forward({ cmd: "disconnect" });
  }

  private read(parser: mqttPacket.Parser, frame: Frame): Packet {
    this.received = undefined;
    parser.parse(frame.bytes);
    const packet = this.received as Packet | undefined;
    if (packet === undefined) throw new FrameError("a packet that is not whole");
    return packet;
  }

  private send(packet: Packet): void {
    this.options.send(encode(packet, 5));
  }

  private forward(packet: Packet): void {
    for (const frame of this.upFrames.push(encode(packet, 4))) this.options.forward(frame);
  }
}

function willOf({ topic, payload, qos, retain }: NonNullable<IConnectPacket["will"]>) {
  return { topic, payload, qos: qos === 0 ? 0 : 1, retain: retain === true } as const;
}

/** Properties of MQTT 5 have no place in 3.1.1. */
function encode(packet: Packet, protocolVersion: 4 | 5): Buffer {
  const { properties, ...rest } = packet as Packet & { readonly properties?: object };
  const plain = { ...rest, ...(protocolVersion === 5 && properties && { properties }) } as Packet;
  return mqttPacket.generate(plain, { protocolVersion });
}
