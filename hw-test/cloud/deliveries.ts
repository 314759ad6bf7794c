import type { Client } from "aedes";
import type { Notification } from "./jobs/ledger.ts";
import { type Broker, publishTo } from "./mqtt/broker.ts";
import type { Reply } from "./mqtt/jobsTopics.ts";
import { Sequence } from "./mqtt/sequence.ts";

/** A message to a tracker, as it leaves. */
export interface SentMessage {
  readonly thingName: string;
  readonly topic: string;
  readonly payload: string;
}

/** Sends what the Jobs service says to a tracker, one message after another. */
export class Deliveries {
  /** Set as soon as it runs; before that there is nobody to notify. */
  broker: Broker | undefined;
  private readonly sequences = new Map<string, Sequence>();
  private readonly onSent: (message: SentMessage) => void;

  constructor(onSent: (message: SentMessage) => void) {
    this.onSent = onSent;
  }

  /** To the client that asked, subscribed or not, and to no other; with QoS 0. */
  reply(thingName: string, client: Client, { topic, body }: Reply): void {
    const payload = JSON.stringify(body);
    this.sequence(thingName).add(() => {
      this.onSent({ thingName, topic, payload });
      return publishTo(client, topic, payload);
    });
  }

  /**
   * To subscribers, with QoS 1. It waits for the current task to end, so that the reply to the
   * request which caused it goes first: accepted, notify, notify-next.
   */
  notify({ thingName, topic, body }: Notification): void {
    const message = { topic: `$aws/things/${thingName}/jobs/${topic}`, body };
    queueMicrotask(() => this.publish(thingName, message));
  }

  /** To subscribers, with QoS 1. */
  publish(thingName: string, { topic, body }: Reply): void {
    const payload = JSON.stringify(body);
    this.sequence(thingName).add(async () => {
      this.onSent({ thingName, topic, payload });
      await this.broker?.publish(topic, payload);
    });
  }

  private sequence(thingName: string): Sequence {
    const sequence = this.sequences.get(thingName) ?? new Sequence();
    this.sequences.set(thingName, sequence);
    return sequence;
  }
}
