import { config } from "../config.ts";

/** A QoS 1 PUBLISH that the broker has not acknowledged. */
export interface InFlightPublish {
  /** 1 to 65535. */
  readonly messageId: number;
  readonly topic: string;
  readonly payload: Uint8Array | string;
  /** It went out on this connection. */
  sent: boolean;
  /** It may have reached the broker before: to be marked DUP. */
  repeated: boolean;
  /** Given where it is not to outlive the connection: the broker has it. */
  readonly onAcknowledged: (() => void) | undefined;
}

/**
 * The QoS 1 publishes under way, oldest first, at most `config.mqttInFlightMax`. They outlive the
 * connection: MQTT 3.1.1, 4.4 has a client of a persistent session send them again, in order, under
 * the same identifier. A reset loses them; those with an `onAcknowledged` end with the connection.
 */
export class InFlight {
  private readonly publishes: InFlightPublish[] = [];
  private lastId = 0;

  isFull(): boolean {
    return this.publishes.length >= config.mqttInFlightMax;
  }

  /** The caller has looked at `isFull`. */
  add(topic: string, payload: Uint8Array | string, onAcknowledged?: () => void): void {
    const messageId = this.takeId();
    const state = { sent: false, repeated: false };
    this.publishes.push(Object.assign(state, { messageId, topic, payload, onAcknowledged }));
  }

  /** An identifier that no publish under way has. */
  takeId(): number {
    do {
      this.lastId = this.lastId >= 65535 ? 1 : this.lastId + 1;
    } while (this.indexOf(this.lastId) >= 0);
    return this.lastId;
  }

  firstUnsent(): InFlightPublish | undefined {
    for (const publish of this.publishes) if (!publish.sent) return publish;
    return undefined;
  }

  /** Some publish waits for the broker's answer. */
  isAwaited(): boolean {
    return this.publishes.length > 0 && this.firstUnsent() !== this.publishes[0];
  }

  /** A PUBACK for what is not under way is harmless. */
  acknowledge(messageId: number): void {
    const index = this.indexOf(messageId);
    const publish = this.publishes[index];
    if (publish === undefined) return;
    this.publishes.splice(index, 1);
    if (publish.onAcknowledged !== undefined) publish.onAcknowledged();
  }

  /** The connection is gone. */
  markUnsent(): void {
    for (let index = this.publishes.length - 1; index >= 0; index -= 1) {
      const publish = this.publishes[index] as InFlightPublish;
      if (publish.onAcknowledged !== undefined) this.publishes.splice(index, 1);
      publish.repeated = publish.repeated || publish.sent;
      publish.sent = false;
    }
  }

  private indexOf(messageId: number): number {
    for (let index = 0; index < this.publishes.length; index += 1) {
      const publish = this.publishes[index];
      if (publish !== undefined && publish.messageId === messageId) return index;
    }
    return -1;
  }
}
