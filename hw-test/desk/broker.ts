import mqttPacket, { type Packet } from "mqtt-packet";
import { type Frame, FrameSplitter } from "../cloud/mqtt/frames.ts";
import type { ScriptedSocket } from "../model/scripted-network.ts";
import type { VirtualClock } from "../model/virtual-clock.ts";
import type { JobsCloud } from "./jobs-cloud.ts";

/**
 * What the link does to one packet.
 * - `lose`: the connection breaks before it arrives;
 * - `cut`: it arrives, then the connection breaks, before any answer;
 * - `stall`: from here on nothing comes through, and nobody is told;
 * - `delay`: it, and all behind it, is late by `delayMs`;
 * - `double`: it arrives twice.
 */
export type PacketFate = "pass" | "lose" | "cut" | "stall" | "delay" | "double";

export interface BrokerOptions {
  readonly clock: VirtualClock;
  readonly cloud: JobsCloud;
  /** Asked for every packet; `index` counts from 1 over the whole run, by direction. */
  readonly fate: (direction: "up" | "down", index: number, name: string) => PacketFate;
}

const LATENCY_MS = 50;
const DELAY_MS = 45_000;
const GRANT_BYTES = 4096;

interface Publish {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1;
}

interface Session {
  /** The connection that it is used over; one that has closed is still kept here. */
  peer: BrokerPeer;
  isLost: boolean;
  readonly filters: Set<string>;
  /** QoS 1 messages that are not acknowledged. */
  readonly waiting: (Publish & { readonly messageId: number })[];
}

/** What one tracker's link to the broker does with each packet. */
export interface BrokerLink {
  /** Milliseconds on the way. */
  readonly transitMs: (direction: "up" | "down", byteCount: number) => number;
  /** It is sent; `name` is the topic of a publish, or the packet's kind. */
  readonly onPacket: (direction: "up" | "down", name: string, byteCount: number) => void;
}

const usualLink: BrokerLink = Object.freeze({ transitMs: () => LATENCY_MS, onPacket: () => {} });

/**
 * AWS IoT Core's broker, as far as trackers see it: MQTT 3.1.1, persistent sessions, Jobs. A client
 * has the name of its thing.
 */
export class BrokerModel {
  private readonly options: BrokerOptions;
  /** By client id. */
  private readonly sessions = new Map<string, Session>();
  private lastMessageId = 0;
  private upCount = 0;
  private downCount = 0;

  constructor(options: BrokerOptions) {
    this.options = options;
  }

  /** All sessions are gone, and what waited in them, as after their lifetime. */
  loseSession(): void {
    for (const session of this.sessions.values()) session.isLost = true;
  }

  get packets(): { readonly up: number; readonly down: number } {
    return { up: this.upCount, down: this.downCount };
  }

  /** A connection is up. */
  accept(socket: ScriptedSocket, link: BrokerLink = usualLink): BrokerPeer {
    const peer = new BrokerPeer({
      socket,
      link,
      clock: this.options.clock,
      fate: (direction, name) => this.fateOf(direction, name),
      onPacket: (from, packet) => this.receive(from, packet),
    });
    socket.grant(GRANT_BYTES);
    return peer;
  }

  /** A notification to the thing that the topic is of, if it has subscribed. */
  publish(topic: string, payload: string): void {
    const session = this.present(topic.split("/")[2] ?? "");
    if (session === undefined || ![...session.filters].some((one) => matches(one, topic))) return;
    this.lastMessageId = (this.lastMessageId % 65_535) + 1;
    const message = { topic, payload, qos: 1 as const, messageId: this.lastMessageId };
    session.waiting.push(message);
    session.peer.send({ cmd: "publish", ...rest(false), ...message });
  }

  private fateOf(direction: "up" | "down", name: string): PacketFate {
    const index = direction === "up" ? ++this.upCount : ++this.downCount;
    return this.options.fate(direction, index, name);
  }

  private receive(peer: BrokerPeer, packet: Packet): void {
    switch (packet.cmd) {
      case "connect":
        this.connect(peer, packet.clientId, packet.clean ?? false);
        break;
      case "subscribe": {
        const { messageId, subscriptions } = packet;
        for (const { topic } of subscriptions) this.sessionOf(peer)?.filters.add(topic);
        const granted = subscriptions.map(({ qos }) => qos);
        peer.send({ cmd: "suback", messageId: messageId ?? 0, granted });
        break;
      }
      case "publish":
        if (packet.qos === 1) peer.send({ cmd: "puback", messageId: packet.messageId ?? 0 });
        this.answer(peer, packet.topic, Buffer.from(packet.payload));
        break;
      case "puback": {
        const waiting = this.sessionOf(peer)?.waiting ?? [];
        const index = waiting.findIndex(({ messageId }) => messageId === packet.messageId);
        if (index >= 0) waiting.splice(index, 1);
        break;
      }
      case "pingreq":
        peer.send({ cmd: "pingresp" });
        break;
      case "disconnect":
        peer.abandon();
        break;
      default:
        throw new Error(`the tracker sent ${packet.cmd}`);
    }
  }

  private sessionOf(peer: BrokerPeer): Session | undefined {
    return this.present(peer.clientId);
  }

  private present(clientId: string): Session | undefined {
    const session = this.sessions.get(clientId);
    return session?.isLost === false ? session : undefined;
  }

  private connect(peer: BrokerPeer, clientId: string, clean: boolean): void {
    const former = this.sessions.get(clientId);
    if (former?.peer !== peer) former?.peer.breakOff("taken over");
    peer.clientId = clientId;
    const isKept = former?.isLost === false && !clean;
    const session = isKept ? former : newSession(peer);
    session.peer = peer;
    this.sessions.set(clientId, session);
    peer.send({ cmd: "connack", returnCode: 0, sessionPresent: isKept });
    for (const message of session.waiting) {
      peer.send({ cmd: "publish", ...rest(true), ...message });
    }
  }

  /** A reply goes to this connection alone, and is lost with it. */
  private answer(peer: BrokerPeer, topic: string, payload: Buffer): void {
    const { topics, shadowTopics } = this.options.cloud;
    shadowTopics.answer(peer.clientId, topic, payload);
    const reply = topics.answer(peer.clientId, topic, payload);
    if (reply === undefined || !peer.isOpen) return;
    const message = { topic: reply.topic, payload: JSON.stringify(reply.body), qos: 0 as const };
    peer.send({ cmd: "publish", ...rest(false), ...message });
  }
}

function newSession(peer: BrokerPeer): Session {
  return { peer, isLost: false, filters: new Set(), waiting: [] };
}

function rest(dup: boolean): { readonly dup: boolean; readonly retain: false } {
  return { dup, retain: false };
}

function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const given = topic.split("/");
  return (
    wanted.length === given.length && wanted.every((part, at) => part === "+" || part === given[at])
  );
}

interface Carried {
  readonly name: string;
  readonly byteCount: number;
}

export interface BrokerPeerOptions {
  readonly socket: ScriptedSocket;
  readonly link: BrokerLink;
  readonly clock: VirtualClock;
  readonly fate: (direction: "up" | "down", name: string) => PacketFate;
  readonly onPacket: (peer: BrokerPeer, packet: Packet) => void;
}

/** One connection of the tracker to the broker, and the link under it. */
export class BrokerPeer {
  readonly socket: ScriptedSocket;
  /** Of its CONNECT; empty before that. */
  clientId = "";
  isOpen = true;
  private readonly options: BrokerPeerOptions;
  private readonly splitter = new FrameSplitter();
  private readonly parser = mqttPacket.parser({ protocolVersion: 4 });
  private isStalled = false;
  private isGone = false;
  /** When the last packet of each direction arrives: none overtakes another. */
  private readonly arrivalMs = { up: 0, down: 0 };
  private received: Packet | undefined;

  constructor(options: BrokerPeerOptions) {
    this.options = options;
    this.socket = options.socket;
    this.parser.on("packet", (packet) => {
      this.received = packet;
    });
    this.parser.on("error", (error) => {
      throw error;
    });
  }

  /** Takes what the tracker has written. @returns whether there was anything */
  poll(): boolean {
    if (this.socket.isClosed) this.abandon();
    if (!this.isOpen) return false;
    const bytes = this.socket.takeWritten();
    if (bytes.length === 0) return false;
    for (const frame of this.splitter.push(Buffer.from(bytes))) this.carryUp(frame);
    if (this.isOpen && !this.isStalled) this.socket.grant(GRANT_BYTES);
    return true;
  }

  send(packet: Packet): void {
    if (!this.isOpen) return;
    const bytes = mqttPacket.generate(packet, { protocolVersion: 4 });
    const name = packet.cmd === "publish" ? packet.topic : packet.cmd;
    this.carry("down", { name, byteCount: bytes.length }, () => {
      if (this.isOpen) this.socket.deliver(new Uint8Array(bytes));
    });
  }

  /** Ends it, and the tracker hears of it. */
  breakOff(reason: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.options.clock.alarm(LATENCY_MS, () => {
      if (!this.isGone) this.socket.fail(reason);
    });
  }

  /** Ends it on this side only: the tracker is gone, or has left. */
  abandon(): void {
    this.isOpen = false;
    this.isGone = true;
  }

  private carryUp(frame: Frame): void {
    this.received = undefined;
    this.parser.parse(frame.bytes);
    const packet = this.received as Packet | undefined;
    if (packet === undefined) throw new Error("the tracker sent no whole packet");
    const name = packet.cmd === "publish" ? packet.topic : packet.cmd;
    this.carry("up", { name, byteCount: frame.bytes.length }, () => {
      if (this.isOpen) this.options.onPacket(this, packet);
    });
  }

  private carry(direction: "up" | "down", what: Carried, arrive: () => void): void {
    if (this.isStalled) return;
    const { link } = this.options;
    const fate = this.options.fate(direction, what.name);
    link.onPacket(direction, what.name, what.byteCount);
    const transitMs = link.transitMs(direction, what.byteCount);
    if (fate === "stall") this.isStalled = true;
    else if (fate === "lose") this.breakOff(`the link broke before a packet ${direction}`);
    else this.schedule(direction, { fate, transitMs }, arrive);
  }

  private schedule(
    direction: "up" | "down",
    { fate, transitMs }: { readonly fate: PacketFate; readonly transitMs: number },
    arrive: () => void,
  ): void {
    const { clock } = this.options;
    const lateMs = fate === "delay" ? DELAY_MS : 0;
    const atMs = Math.max(this.arrivalMs[direction], clock.nowMs() + transitMs + lateMs);
    this.arrivalMs[direction] = atMs;
    clock.alarm(atMs - clock.nowMs(), () => {
      arrive();
      if (fate === "double") arrive();
      if (fate === "cut") this.breakOff(`the link broke after a packet ${direction}`);
    });
  }
}
