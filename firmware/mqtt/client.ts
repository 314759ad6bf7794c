import { assert } from "../assert.ts";
import { Backoff } from "../backoff.ts";
import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Network, SocketTarget } from "../ports/network.ts";
import { decodeUtf8, utf8Length } from "../utf8.ts";
import type { IncomingPacket, OutgoingPacket } from "./codec.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import type { SkippedPublish } from "./frame-reader.ts";
import { InFlight, type InFlightPublish } from "./in-flight.ts";
import { KeepAlive } from "./keep-alive.ts";

/** None of these runs inside a call of the client's methods, and none after `stop`. */
export interface MqttEvents {
  /** Subscribed: what is published now can be answered. Alternates with `onDisconnected`. */
  onConnected(): void;
  /** Also before `onConnected`: a session may hold messages. `payload` is the receiver's to keep. */
  onMessage(topic: string, payload: Uint8Array): void;
  /** A message was longer than `config.mqttPacketMaxBytes`, and is lost. */
  onSkipped(topic: string, byteLength: number): void;
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
  readonly events: MqttEvents;
}

/**
 * - `taken`: with QoS 0 it is on its way; with QoS 1 it is kept until the broker has it, or a reset;
 * - `offline`: QoS 0 and no connection;
 * - `busy`: no room now, try again;
 * - `tooLong`: it never fits.
 */
export type PublishOutcome = "taken" | "offline" | "busy" | "tooLong";

type State = "stopped" | "waiting" | "opening" | "connecting" | "subscribing" | "connected";

/** Fixed header, topic length and identifier of a PUBLISH, at most. */
const publishOverheadBytes = 9;

/** CONNACK return codes (MQTT 3.1.1, table 3.1). */
const refusals = Object.freeze([
  "accepted",
  "unacceptable protocol version",
  "client identifier rejected",
  "server unavailable",
  "bad user name or password",
  "not authorized",
]);

/**
 * An MQTT 3.1.1 client with a persistent session. It subscribes on every connection, session or
 * not: the session may be the one of an older firmware with other topics.
 *
 * Memory, besides the connection's: up to `config.mqttInFlightMax` payloads of QoS 1.
 */
export class MqttClient implements ConnectionEvents {
  private readonly options: MqttClientOptions;
  private readonly keepAlive: KeepAlive;
  private readonly backoff: Backoff;
  private readonly inFlight = new InFlight();
  /** Of the current state: to open, to be answered, to wait before the next try. */
  private readonly stateDeadline: Deadline;
  private readonly ackDeadline: Deadline;
  private connection: Connection | undefined;
  private state: State = "stopped";
  private subscribeId = 0;
  private connectedMs = 0;

  constructor(options: MqttClientOptions) {
    assert(options.subscriptions.length <= config.mqttSubscriptionMax, "topics in one SUBSCRIBE");
    this.options = options;
    const clock = options.clock;
    this.keepAlive = new KeepAlive({
      clock,
      intervalMs: config.mqttKeepAliveS * 1000,
      answerMs: config.mqttAckTimeoutMs,
      onPing: () => this.send({ cmd: "pingreq" }),
      onDead: () => this.fail("no answer to PINGREQ"),
    });
    this.backoff = new Backoff({
      minMs: config.backoffMinMs,
      maxMs: config.backoffMaxMs,
      random: options.random,
    });
    this.stateDeadline = new Deadline(clock);
    this.ackDeadline = new Deadline(clock);
  }

  start(): void {
    assert(this.state === "stopped", "the client is started once");
    this.open();
  }

  /** Leaves without waiting for anything; unacknowledged publishes are sent after the next start. */
  stop(): void {
    if (this.state === "connected") this.send({ cmd: "disconnect" });
    this.leave("stopped");
  }

  /** An answer that was due over this connection has not come: finds out whether it is dead. */
  probe(): void {
    this.keepAlive.probe();
  }

  isConnected(): boolean {
    return this.state === "connected";
  }

  /** A `payload` in bytes must stay as it is while the publish is under way. */
  publish(topic: string, payload: Uint8Array | string, qos: 0 | 1): PublishOutcome {
    const payloadBytes = typeof payload === "string" ? utf8Length(payload) : payload.length;
    const packetBytes = utf8Length(topic) + payloadBytes + publishOverheadBytes;
    if (packetBytes > config.mqttOutputBytes) return "tooLong";
    if (qos === 0) return this.publishOnce(topic, payload);
    if (this.inFlight.isFull()) return "busy";
    this.inFlight.add(topic, payload);
    this.sendInFlight();
    return "taken";
  }

  onOpen(): void {
    this.state = "connecting";
    this.awaitAnswer("no answer to CONNECT");
    this.send({
      cmd: "connect",
      clientId: this.options.clientId,
      clean: false,
      keepalive: config.mqttKeepAliveS,
    });
  }

  onBytes(): void {
    this.keepAlive.received();
  }

  onDrained(): void {
    this.sendInFlight();
  }

  onSkipped(skipped: SkippedPublish): void {
    this.options.log(`mqtt: skipped a message of ${skipped.byteLength} bytes`);
    this.options.events.onSkipped(decodeUtf8(skipped.topic), skipped.byteLength);
  }

  onPacket(packet: IncomingPacket): void {
    if (packet.cmd === "connack") this.acceptConnack(packet.returnCode);
    else if (this.state === "connecting") this.fail(`${packet.cmd} before CONNACK`);
    else if (packet.cmd === "publish") this.options.events.onMessage(packet.topic, packet.payload);
    else if (packet.cmd === "puback") this.acceptPuback(packet.messageId);
    else if (packet.cmd === "suback") this.acceptSuback(packet.messageId, packet.granted);
    else this.keepAlive.answered();
  }

  onClosed(reason: string): void {
    const wasConnected = this.state === "connected";
    this.leave("waiting");
    // A connection that did not last is one more failed try, or a broker that drops us at once
    // would be asked again every second.
    const lastedMs = this.options.clock.nowMs() - this.connectedMs;
    if (wasConnected && lastedMs >= config.mqttAckTimeoutMs) this.backoff.reset();
    const delayMs = this.backoff.next();
    this.options.log(`mqtt: ${reason}; connecting in ${delayMs} ms`);
    this.stateDeadline.start(delayMs, () => this.open());
    if (wasConnected) this.options.events.onDisconnected(reason);
  }

  private open(): void {
    this.state = "opening";
    this.stateDeadline.start(config.connectTimeoutMs, () => this.fail("cannot connect in time"));
    const options = this.options;
    this.connection = new Connection({
      network: options.network,
      target: options.target,
      events: this,
    });
  }

  private acceptConnack(returnCode: number): void {
    if (this.state !== "connecting") {
      this.fail("a second CONNACK");
    } else if (returnCode !== 0) {
      this.fail(`refused: ${refusals[returnCode] ?? "unknown code"} (${returnCode})`);
    } else {
      this.keepAlive.start();
      this.subscribe();
    }
  }

  private subscribe(): void {
    const subscriptions: { topic: string; qos: 1 }[] = [];
    for (const topic of this.options.subscriptions) subscriptions.push({ topic, qos: 1 });
    if (subscriptions.length === 0) {
      this.becomeConnected();
      return;
    }
    this.state = "subscribing";
    this.awaitAnswer("no answer to SUBSCRIBE");
    this.subscribeId = this.inFlight.takeId();
    this.send({ cmd: "subscribe", messageId: this.subscribeId, subscriptions });
  }

  private acceptSuback(messageId: number, granted: readonly number[]): void {
    if (this.state !== "subscribing" || messageId !== this.subscribeId) return;
    for (let index = 0; index < this.options.subscriptions.length; index += 1) {
      if (granted[index] === 0 || granted[index] === 1) continue;
      this.fail(`the broker refused to subscribe ${this.options.subscriptions[index]}`);
      return;
    }
    this.becomeConnected();
  }

  private becomeConnected(): void {
    this.state = "connected";
    this.stateDeadline.cancel();
    this.connectedMs = this.options.clock.nowMs();
    this.options.log("mqtt: connected");
    this.sendInFlight();
    this.options.events.onConnected();
  }

  private acceptPuback(messageId: number): void {
    this.inFlight.acknowledge(messageId);
    this.ackDeadline.cancel();
    this.sendInFlight();
  }

  private publishOnce(topic: string, payload: Uint8Array | string): PublishOutcome {
    if (this.state !== "connected") return "offline";
    const dup = false;
    const isSent = this.send({ cmd: "publish", topic, payload, qos: 0, dup, messageId: 0 });
    return isSent ? "taken" : "busy";
  }

  /** As many as the output queue takes; the others follow when it drains. */
  private sendInFlight(): void {
    if (this.state !== "connected") return;
    for (;;) {
      const publish = this.inFlight.firstUnsent();
      if (publish === undefined || !this.sendPublish(publish)) break;
      publish.sent = true;
    }
    if (this.inFlight.isAwaited() && !this.ackDeadline.isRunning()) {
      this.ackDeadline.start(config.mqttAckTimeoutMs, () => this.fail("no answer to PUBLISH"));
    }
  }

  private sendPublish(publish: InFlightPublish): boolean {
    return this.send({
      cmd: "publish",
      topic: publish.topic,
      payload: publish.payload,
      qos: 1,
      dup: publish.repeated,
      messageId: publish.messageId,
    });
  }

  private send(packet: OutgoingPacket): boolean {
    if (this.connection === undefined || !this.connection.send(packet)) return false;
    this.keepAlive.sent();
    return true;
  }

  private awaitAnswer(failure: string): void {
    this.stateDeadline.start(config.mqttAckTimeoutMs, () => this.fail(failure));
  }

  /** Only from socket callbacks and alarms: it ends in `onClosed`. */
  private fail(reason: string): void {
    if (this.connection !== undefined) this.connection.fail(reason);
  }

  private leave(state: "stopped" | "waiting"): void {
    this.state = state;
    this.stateDeadline.cancel();
    this.ackDeadline.cancel();
    this.keepAlive.stop();
    this.inFlight.markUnsent();
    if (this.connection !== undefined) this.connection.close();
    this.connection = undefined;
  }
}
