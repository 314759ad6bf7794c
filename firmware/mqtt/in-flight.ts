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
}

/**
 * The QoS 1 publishes under way, oldest first, at most `config.mqttInFlightMax`. They outlive the
 * connection: MQTT 3.1.1, 4.4 has a client of a persistent session send them again, in order, under
 * the same identifier. A reset loses them.
 */
export class InFlight {
  private readonly publishes: InFlightPublish[] = [];
  private lastId = 0;

  isFull(): boolean {
    return this.publishes.length >= config.mqttInFlightMax;
  }

  /** The caller has looked at `isFull`. */
  add(topic: string, payload: Uint8Array | string): void {
    const messageId = this.takeId();
    this.publishes.push({ messageId, topic, payload, sent: false, repeated: false });
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
    if (index >= 0) this.publishes.splice(index, 1);
  }

  /** The connection is gone. */
  markUnsent(): void {
    for (const publish of this.publishes) {
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
