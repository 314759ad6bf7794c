import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import type { LinkTimes } from "../link-times.ts";
import type { Clock } from "../ports/clock.ts";

export interface WatchEvents {
  onLost(reason: string): void;
  /** Fewer body bytes than `config.rateMinBytes` in the last window. */
  onTooSlow(): void;
}

/**
 * Notices a connection that does not get on: not made in time, gone silent, or trickling. One alarm,
 * set again for what is left, so that a received byte costs none.
 */
export class Watch {
  private readonly clock: Clock;
  private readonly deadline: Deadline;
  private readonly events: WatchEvents;
  private readonly connectMs: number;
  private readonly answerMs: number;
  /** `config.rateWindowMs`, or longer: silence is noticed before a trickle. */
  private readonly windowMs: number;
  /** When the last sign of life came. */
  private heardMs = 0;
  private windowFromMs = 0;
  /** Body bytes since then: heads and chunk framing are no progress. */
  private windowBytes = 0;

  constructor(clock: Clock, times: LinkTimes, events: WatchEvents) {
    this.clock = clock;
    this.connectMs = times.connectMs;
    this.answerMs = times.answerMs;
    this.windowMs = Math.max(config.rateWindowMs, 2 * this.answerMs);
    this.deadline = new Deadline(clock);
    this.events = events;
  }

  connecting(): void {
    const onExpired = (): void => this.events.onLost("connecting timed out");
    this.deadline.start(this.connectMs, onExpired);
  }

  connected(): void {
    this.heard();
    this.beginWindow();
    this.check();
  }

  heard(): void {
    this.heardMs = this.clock.nowMs();
  }

  noteBody(length: number): void {
    this.windowBytes += length;
  }

  cancel(): void {
    this.deadline.cancel();
  }

  private beginWindow(): void {
    this.windowFromMs = this.clock.nowMs();
    this.windowBytes = 0;
  }

  private readonly check = (): void => {
    const nowMs = this.clock.nowMs();
    const stallMs = this.heardMs + this.answerMs - nowMs;
    let windowMs = this.windowFromMs + this.windowMs - nowMs;
    if (stallMs <= 0) this.events.onLost("stalled");
    else if (windowMs <= 0 && this.windowBytes < config.rateMinBytes) this.events.onTooSlow();
    else {
      if (windowMs <= 0) {
        this.beginWindow();
        windowMs = this.windowMs;
      }
      this.deadline.start(Math.min(stallMs, windowMs), this.check);
    }
  };
}
