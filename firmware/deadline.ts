import type { Alarm, Clock } from "./ports/clock.ts";

/** At most one alarm under way, so that whoever waits for one thing cannot wait for two. */
export class Deadline {
  private readonly clock: Clock;
  private alarm: Alarm | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Replaces what was under way. `onExpired` runs once, never from inside this call. */
  start(delayMs: number, onExpired: () => void): void {
    this.cancel();
    this.alarm = this.clock.alarm(delayMs, () => {
      this.alarm = undefined;
      onExpired();
    });
  }

  cancel(): void {
    if (this.alarm !== undefined) this.alarm.cancel();
    this.alarm = undefined;
  }

  isRunning(): boolean {
    return this.alarm !== undefined;
  }
}
