import { Deadline } from "../deadline.ts";
import type { Clock } from "../ports/clock.ts";
import type { OutgoingPacket } from "./codec.ts";
import { InFlight, type InFlightPublish } from "./in-flight.ts";

export interface DeliveryOptions {
  readonly clock: Clock;
  /** In which each acknowledgement must come. */
  readonly answerMs: number;
  /** @returns false if there is no room for it now; `sendWaiting` is called when there is */
  readonly send: (packet: OutgoingPacket) => boolean;
  /** The broker owes an acknowledgement for too long. */
  readonly onUnanswered: () => void;
}

/**
 * Brings each QoS 1 publish to the broker: sends it while there is a connection, waits for its
 * acknowledgement, and sends it again on the next connection if that has not come.
 */
export class Delivery {
  private readonly options: DeliveryOptions;
  private readonly inFlight = new InFlight();
  private readonly answer: Deadline;
  private isOnline = false;

  constructor(options: DeliveryOptions) {
    this.options = options;
    this.answer = new Deadline(options.clock);
  }

  /** @returns false if as many as can be are under way */
  take(topic: string, payload: Uint8Array | string, onAcknowledged?: () => void): boolean {
    if (this.inFlight.isFull()) return false;
    this.inFlight.add(topic, payload, onAcknowledged);
    this.sendWaiting();
    return true;
  }

  /** An identifier that no publish under way has. */
  takeId(): number {
    return this.inFlight.takeId();
  }

  /** The broker is there. */
  start(): void {
    this.isOnline = true;
    this.sendWaiting();
  }

  /** The connection is gone. */
  stop(): void {
    this.isOnline = false;
    this.answer.cancel();
    this.inFlight.markUnsent();
  }

  acknowledge(messageId: number): void {
    this.inFlight.acknowledge(messageId);
    this.answer.cancel();
    this.sendWaiting();
  }

  /** As many as the output queue takes; the others follow when it drains. */
  sendWaiting(): void {
    if (!this.isOnline) return;
    for (;;) {
      const publish = this.inFlight.firstUnsent();
      if (publish === undefined || !this.send(publish)) break;
      publish.sent = true;
    }
    if (this.inFlight.isAwaited() && !this.answer.isRunning()) {
      this.answer.start(this.options.answerMs, this.options.onUnanswered);
    }
  }

  private send(publish: InFlightPublish): boolean {
    return this.options.send({
      cmd: "publish",
      topic: publish.topic,
      payload: publish.payload,
      qos: 1,
      dup: publish.repeated,
      messageId: publish.messageId,
    });
  }
}
