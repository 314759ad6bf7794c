import { Deadline } from "../deadline.ts";
import type { Clock } from "../ports/clock.ts";

export interface KeepAliveOptions {
  readonly clock: Clock;
  /** The keep-alive of CONNECT. */
  readonly intervalMs: number;
  /** How long an answer to PINGREQ may take after the last byte that came in. */
  readonly answerMs: number;
  /** Send PINGREQ. */
  readonly onPing: () => void;
  /** The link is dead. */
  readonly onDead: () => void;
}

/**
 * Keeps a connection alive and notices that it is not (MQTT 3.1.1, 3.1.2.10). A ping is due when
 * nothing was sent for the interval, as the broker demands, and as well when nothing came in: a
 * client that only sends would else never see that its link is gone. While the answer is awaited
 * any byte counts as life, so that a long packet on a slow link is not cut off.
 */
export class KeepAlive {
  private readonly options: KeepAliveOptions;
  private readonly deadline: Deadline;
  private sentMs = 0;
  private receivedMs = 0;
  private awaitsAnswer = false;

  constructor(options: KeepAliveOptions) {
    this.options = options;
    this.deadline = new Deadline(options.clock);
  }

  start(): void {
    this.sentMs = this.options.clock.nowMs();
    this.receivedMs = this.sentMs;
    this.awaitsAnswer = false;
    this.waitForPing();
  }

  stop(): void {
    this.deadline.cancel();
  }

  /** A packet went out. */
  sent(): void {
    this.sentMs = this.options.clock.nowMs();
  }

  /** Bytes came in. */
  received(): void {
    this.receivedMs = this.options.clock.nowMs();
  }

  /** PINGRESP came in. */
  answered(): void {
    if (!this.awaitsAnswer) return;
    this.awaitsAnswer = false;
    this.waitForPing();
  }

  /** Somebody doubts the link: the ping is due now. */
  probe(): void {
    if (this.deadline.isRunning() && !this.awaitsAnswer) this.ping();
  }

  private waitForPing(): void {
    const quietSinceMs = Math.min(this.sentMs, this.receivedMs);
    const dueMs = quietSinceMs + this.options.intervalMs;
    const delayMs = dueMs - this.options.clock.nowMs();
    if (delayMs > 0) this.deadline.start(delayMs, () => this.waitForPing());
    else this.ping();
  }

  private ping(): void {
    this.awaitsAnswer = true;
    // Counts as received, so that the next ping is due an interval after the answer to this one.
    this.received();
    this.waitForAnswer();
    this.options.onPing();
  }

  private waitForAnswer(): void {
    const delayMs = this.receivedMs + this.options.answerMs - this.options.clock.nowMs();
    if (delayMs > 0) this.deadline.start(delayMs, () => this.waitForAnswer());
    else this.options.onDead();
  }
}
