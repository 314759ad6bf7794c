import { assert } from "../assert.ts";
import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import type { Clock } from "../ports/clock.ts";
import type { OutgoingPacket } from "./codec.ts";

/**
 * How far a connection is:
 * - `none`: there is none, or it is not open;
 * - `connecting`: CONNECT is out, and nothing but CONNACK may come;
 * - `subscribing`: SUBSCRIBE is out; messages of the session may come before its SUBACK;
 * - `done`: what is published now can be answered.
 */
export type HandshakeStep = "none" | "connecting" | "subscribing" | "done";

export interface HandshakeOptions {
  readonly clock: Clock;
  /** In which each answer must come. */
  readonly answerMs: number;
  readonly clientId: string;
  /** Topic filters, at most `config.mqttSubscriptionMax`. */
  readonly subscriptions: readonly string[];
  readonly send: (packet: OutgoingPacket) => void;
  /** A packet identifier that no publish under way has. */
  readonly takeId: () => number;
  /** The broker takes packets. */
  readonly onAccepted: () => void;
  readonly onDone: () => void;
  /** The connection is to be given up. */
  readonly onFailed: (reason: string) => void;
}

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
 * Brings an open connection to where it is of use: CONNECT, CONNACK, SUBSCRIBE, SUBACK, each answer
 * in time. The session is persistent; it is subscribed on every connection all the same, for it may
 * be the one of an older firmware with other topics.
 *
 * | step | what comes | what follows | next step |
 * |---|---|---|---|
 * | none | `start` | CONNECT | connecting |
 * | connecting | CONNACK, accepted | `onAccepted`, SUBSCRIBE | subscribing |
 * | connecting | the same, no topics | `onAccepted`, `onDone` | done |
 * | subscribing | SUBACK, all granted | `onDone` | done |
 * | any | `stop` | nothing | none |
 *
 * A refusal, a second CONNACK and silence are `onFailed`, and change no step: `stop` follows.
 */
export class Handshake {
  step: HandshakeStep = "none";
  private readonly options: HandshakeOptions;
  private readonly answer: Deadline;
  private subscribeId = 0;

  constructor(options: HandshakeOptions) {
    assert(options.subscriptions.length <= config.mqttSubscriptionMax, "topics in one SUBSCRIBE");
    this.options = options;
    this.answer = new Deadline(options.clock);
  }

  start(): void {
    this.step = "connecting";
    this.awaitAnswer("no answer to CONNECT");
    this.options.send({
      cmd: "connect",
      clientId: this.options.clientId,
      clean: false,
      keepalive: config.mqttKeepAliveS,
    });
  }

  stop(): void {
    this.step = "none";
    this.answer.cancel();
  }

  takeConnack(returnCode: number): void {
    const { onAccepted, onFailed } = this.options;
    if (this.step !== "connecting") {
      onFailed("a second CONNACK");
    } else if (returnCode !== 0) {
      onFailed(`refused: ${refusals[returnCode] ?? "unknown code"} (${returnCode})`);
    } else {
      onAccepted();
      this.subscribe();
    }
  }

  /** One that nobody waits for is harmless. */
  takeSuback(messageId: number, granted: readonly number[]): void {
    if (this.step !== "subscribing" || messageId !== this.subscribeId) return;
    const topics = this.options.subscriptions;
    for (let index = 0; index < topics.length; index += 1) {
      if (granted[index] === 0 || granted[index] === 1) continue;
      this.options.onFailed(`the broker refused to subscribe ${topics[index]}`);
      return;
    }
    this.end();
  }

  private subscribe(): void {
    const subscriptions: { topic: string; qos: 1 }[] = [];
    for (const topic of this.options.subscriptions) subscriptions.push({ topic, qos: 1 });
    if (subscriptions.length === 0) {
      this.end();
      return;
    }
    this.step = "subscribing";
    this.awaitAnswer("no answer to SUBSCRIBE");
    this.subscribeId = this.options.takeId();
    this.options.send({ cmd: "subscribe", messageId: this.subscribeId, subscriptions });
  }

  private end(): void {
    this.step = "done";
    this.answer.cancel();
    this.options.onDone();
  }

  private awaitAnswer(failure: string): void {
    this.answer.start(this.options.answerMs, () => this.options.onFailed(failure));
  }
}
