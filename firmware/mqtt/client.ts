import { assert } from "../assert.ts";
import { config } from "../config.ts";
import { type LinkTimes, usualLinkTimes } from "../link-times.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Network, SocketTarget } from "../ports/network.ts";
import { utf8Length } from "../utf8.ts";
import type { IncomingPacket, OutgoingPacket } from "./codec.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import { Delivery } from "./delivery.ts";
import { Handshake } from "./handshake.ts";
import { KeepAlive } from "./keep-alive.ts";
import { Reconnect } from "./reconnect.ts";

/** None of these runs inside a call of the client's methods, and none after `stop`. */
export interface MqttEvents {
  /** Subscribed: what is published now can be answered. Alternates with `onDisconnected`. */
  onConnected(): void;
  /**
   * Also before `onConnected`: a session may hold messages. One that breaks off has no end: it
   * comes again, from its start.
   */
  onMessageStart(topic: string): void;
  /** The next bytes of the payload; they may be kept only until this returns. */
  onMessageBytes(piece: Uint8Array): void;
  onMessageEnd(): void;
  /** `reason` is for people. The client connects again by itself. */
  onDisconnected(reason: string): void;
}

export interface MqttClientOptions {
  readonly network: Network;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  readonly target: SocketTarget;
  readonly clientId: string;
  /** Topic filters, at most `config.mqttSubscriptionMax`; subscribed with QoS 1. */
  readonly subscriptions: readonly string[];
  /** `usualLinkTimes` if not given. */
  readonly times?: LinkTimes | undefined;
  /** Up to where a wait is drawn when a connection is lost, ms; none if not given. */
  readonly spreadMs?: (() => number) | undefined;
  readonly events: MqttEvents;
}

/**
 * - `taken`: with QoS 0 it is on its way; with QoS 1 it is kept until the broker has it, or a reset;
 * - `offline`: QoS 0 and no connection;
 * - `busy`: no room now, try again;
 * - `tooLong`: it never fits.
 */
export type PublishOutcome = "taken" | "offline" | "busy" | "tooLong";

/** Fixed header, topic length and identifier of a PUBLISH, at most. */
const publishOverheadBytes = 9;

/**
 * An MQTT 3.1.1 client with a persistent session: it stays connected, passes messages on and
 * publishes.
 *
 * Memory, besides the connection's: up to `config.mqttInFlightMax` payloads of QoS 1.
 */
export class MqttClient implements ConnectionEvents {
  private readonly options: MqttClientOptions;
  private readonly times: LinkTimes;
  private readonly keepAlive: KeepAlive;
  private readonly handshake: Handshake;
  private readonly delivery: Delivery;
  private readonly reconnect: Reconnect;
  private connection: Connection | undefined;
  private isStarted = false;

  constructor(options: MqttClientOptions) {
    const { clock, random, clientId, subscriptions } = options;
    this.options = options;
    this.times = options.times ?? usualLinkTimes;
    const { answerMs } = this.times;
    this.keepAlive = new KeepAlive({
      clock,
      intervalMs: config.mqttKeepAliveS * 1000,
      answerMs,
      onPing: () => this.send({ cmd: "pingreq" }),
      onDead: () => this.fail("no answer to PINGREQ"),
    });
    this.handshake = new Handshake({
      clock,
      answerMs,
      clientId,
      subscriptions,
      send: (packet) => this.send(packet),
      takeId: () => this.delivery.takeId(),
      onAccepted: () => this.keepAlive.start(),
      onDone: () => this.connected(),
      onFailed: (reason) => this.fail(reason),
    });
    this.delivery = new Delivery({
      clock,
      answerMs,
      send: (packet) => this.send(packet),
      onUnanswered: () => this.fail("no answer to PUBLISH"),
    });
    const { spreadMs = () => 0 } = options;
    this.reconnect = new Reconnect({ clock, random, spreadMs, connect: () => this.open() });
  }

  start(): void {
    assert(!this.isStarted, "the client is started once");
    this.isStarted = true;
    this.open();
  }

  /** Leaves without waiting for anything; unacknowledged publishes are sent after the next start. */
  stop(): void {
    this.isStarted = false;
    if (this.isConnected()) this.send({ cmd: "disconnect" });
    this.reconnect.stop();
    this.leave();
  }

  /** An answer that was due over this connection has not come: finds out whether it is dead. */
  probe(): void {
    this.keepAlive.probe();
  }

  isConnected(): boolean {
    return this.handshake.step === "done";
  }

  /** A `payload` in bytes must stay as it is while the publish is under way. */
  publish(topic: string, payload: Uint8Array | string, qos: 0 | 1): PublishOutcome {
    if (isTooLong(topic, payload)) return "tooLong";
    if (qos === 1) return this.delivery.take(topic, payload) ? "taken" : "busy";
    if (!this.isConnected()) return "offline";
    const dup = false;
    const isSent = this.send({ cmd: "publish", topic, payload, qos, dup, messageId: 0 });
    return isSent ? "taken" : "busy";
  }

  /**
   * With QoS 1 over this connection alone: what is not acknowledged when that ends is given up. A
   * broker that forbids the topic ends the connection, and would end each after it.
   */
  publishOnce(topic: string, payload: string, onAcknowledged: () => void): PublishOutcome {
    if (isTooLong(topic, payload)) return "tooLong";
    if (!this.isConnected()) return "offline";
    return this.delivery.take(topic, payload, onAcknowledged) ? "taken" : "busy";
  }

  onOpen(): void {
    this.handshake.start();
  }

  onBytes(): void {
    this.keepAlive.received();
  }

  onDrained(): void {
    this.delivery.sendWaiting();
  }

  onPacket(packet: IncomingPacket): void {
    if (packet.cmd === "connack") this.handshake.takeConnack(packet.returnCode);
    else if (this.handshake.step === "connecting") this.fail(`${packet.cmd} before CONNACK`);
    else if (packet.cmd === "publish") this.options.events.onMessageStart(packet.topic);
    else if (packet.cmd === "puback") this.delivery.acknowledge(packet.messageId);
    else if (packet.cmd === "suback") this.handshake.takeSuback(packet.messageId, packet.granted);
    else this.keepAlive.answered();
  }

  onPayload(piece: Uint8Array): void {
    this.options.events.onMessageBytes(piece);
  }

  onPublishEnd(): void {
    this.options.events.onMessageEnd();
  }

  onClosed(reason: string): void {
    const wasConnected = this.isConnected();
    this.leave();
    const delayMs = this.reconnect.lost();
    this.options.log(`mqtt: ${reason}; connecting in ${delayMs} ms`);
    if (wasConnected) this.options.events.onDisconnected(reason);
  }

  private open(): void {
    const { network, clock, target } = this.options;
    const { connectMs } = this.times;
    this.connection = new Connection({ network, clock, target, connectMs, events: this });
  }

  private connected(): void {
    this.reconnect.connected();
    this.options.log("mqtt: connected");
    this.delivery.start();
    this.options.events.onConnected();
  }

  private send(packet: OutgoingPacket): boolean {
    if (this.connection === undefined || !this.connection.send(packet)) return false;
    this.keepAlive.sent();
    return true;
  }

  /** Only from socket callbacks and alarms: it ends in `onClosed`. */
  private fail(reason: string): void {
    if (this.connection !== undefined) this.connection.fail(reason);
  }

  /** Of this connection nothing may come any more. */
  private leave(): void {
    this.handshake.stop();
    this.delivery.stop();
    this.keepAlive.stop();
    if (this.connection !== undefined) this.connection.close();
    this.connection = undefined;
  }
}

function isTooLong(topic: string, payload: Uint8Array | string): boolean {
  const payloadBytes = typeof payload === "string" ? utf8Length(payload) : payload.length;
  return utf8Length(topic) + payloadBytes + publishOverheadBytes > config.mqttOutputBytes;
}
