import type { Alarm, Clock } from "../../firmware/ports/clock.ts";

interface Pending {
  readonly dueMs: number;
  readonly onAlarm: () => void;
}

/** Time that passes only when it is told to, so that a test of hours takes no time and no luck. */
export class VirtualClock implements Clock {
  private now = 0;
  /** By due time, then by order of setting. */
  private pending: Pending[] = [];

  nowMs(): number {
    return this.now;
  }

  alarm(delayMs: number, onAlarm: () => void): Alarm {
    if (!(delayMs >= 0 && delayMs < 2 ** 31)) throw new RangeError(`alarm in ${delayMs} ms`);
    const entry: Pending = { dueMs: this.now + delayMs, onAlarm };
    const before = this.pending.findLastIndex((other) => other.dueMs <= entry.dueMs);
    this.pending.splice(before + 1, 0, entry);
    return {
      cancel: () => {
        this.pending = this.pending.filter((other) => other !== entry);
      },
    };
  }

  /** How many alarms are set: 0 means that nothing will happen by itself any more. */
  get pendingCount(): number {
    return this.pending.length;
  }

  /** Milliseconds to the next alarm. */
  get nextDelayMs(): number | undefined {
    const first = this.pending[0];
    return first === undefined ? undefined : first.dueMs - this.now;
  }

  /** Lets `durationMs` pass; each alarm on the way runs at its own time. */
  advance(durationMs: number): void {
    const endMs = this.now + durationMs;
    for (;;) {
      const first = this.pending[0];
      if (first === undefined || first.dueMs > endMs) break;
      this.runFirst(first);
    }
    this.now = endMs;
  }

  /** Runs alarms until none is left or `maxMs` have passed; says which (true: none left). */
  run(maxMs: number): boolean {
    const endMs = this.now + maxMs;
    for (;;) {
      const first = this.pending[0];
      if (first === undefined) return true;
      if (first.dueMs > endMs) return false;
      this.runFirst(first);
    }
  }

  private runFirst(first: Pending): void {
    this.pending.shift();
    this.now = Math.max(this.now, first.dueMs);
    first.onAlarm();
  }
}
