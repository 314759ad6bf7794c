import { Backoff } from "../backoff.ts";
import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import type { Clock } from "../ports/clock.ts";

export interface ReconnectOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /**
   * For so long after a connection is lost each attempt is at any time that is left of it, ms, besides
   * the back-off: a broker that restarts loses all its clients in one moment, and those that it is not
   * up for yet must not come back in one either.
   */
  readonly spreadMs: () => number;
  readonly connect: () => void;
}

/** Connects again after a loss, each time later until a connection has lasted; within the spread. */
export class Reconnect {
  private readonly options: ReconnectOptions;
  private readonly backoff: Backoff;
  private readonly pause: Deadline;
  /** Undefined while not connected. */
  private connectedMs: number | undefined;
  /** When the last connection was lost; undefined if there was none. */
  private lostMs: number | undefined;

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
    if (this.hasLasted()) this.backoff.reset();
    if (this.connectedMs !== undefined) this.lostMs = this.options.clock.nowMs();
    this.connectedMs = undefined;
    const delayMs = this.backoff.next() + Math.floor(this.options.random() * this.spreadLeftMs());
    this.pause.start(delayMs, this.options.connect);
    return delayMs;
  }

  stop(): void {
    this.connectedMs = undefined;
    this.pause.cancel();
  }

  private spreadLeftMs(): number {
    if (this.lostMs === undefined) return 0;
    const { clock, spreadMs } = this.options;
    return Math.max(0, this.lostMs + spreadMs() - clock.nowMs());
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
