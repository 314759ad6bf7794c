import { Backoff } from "../backoff.ts";
import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import type { Clock } from "../ports/clock.ts";

export interface ReconnectOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /**
   * Up to where a wait besides the back-off is drawn when a connection is lost, ms: a broker that
   * restarts loses all its clients in one moment.
   */
  readonly spreadMs: () => number;
  readonly connect: () => void;
}

/**
 * Connects again after a loss, each time later until a connection has lasted; at first at any time
 * within the spread.
 */
export class Reconnect {
  private readonly options: ReconnectOptions;
  private readonly backoff: Backoff;
  private readonly pause: Deadline;
  /** Undefined while not connected. */
  private connectedMs: number | undefined;

  constructor(options: ReconnectOptions) {
    const { clock, random } = options;
    this.options = options;
    this.backoff = new Backoff({ minMs: config.backoffMinMs, maxMs: config.backoffMaxMs, random });
    this.pause = new Deadline(clock);
  }

  connected(): void {
    this.connectedMs = this.options.clock.nowMs();
  }

  /**
   * The connection, or the attempt at one, is over.
   * @returns milliseconds until the next attempt
   */
  lost(): number {
    const { random, spreadMs } = this.options;
    const wasConnected = this.connectedMs !== undefined;
    if (this.hasLasted()) this.backoff.reset();
    this.connectedMs = undefined;
    const drawnMs = wasConnected ? Math.floor(random() * spreadMs()) : 0;
    const delayMs = this.backoff.next() + drawnMs;
    this.pause.start(delayMs, this.options.connect);
    return delayMs;
  }

  stop(): void {
    this.connectedMs = undefined;
    this.pause.cancel();
  }

  /**
   * A connection that did not last is one more failed try, or a broker that drops us at once would
   * be asked again every second.
   */
  private hasLasted(): boolean {
    if (this.connectedMs === undefined) return false;
    return this.options.clock.nowMs() - this.connectedMs >= config.answerTimeoutMs;
  }
}
