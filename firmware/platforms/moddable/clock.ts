import Time from "time";
import Timer from "timer";
import type { Alarm, Clock } from "../../ports/clock.ts";

class TimerAlarm implements Alarm {
  private timer: Timer | undefined;

  constructor(delayMs: number, onAlarm: () => void) {
    this.timer = Timer.set(() => {
      this.timer = undefined;
      onAlarm();
    }, delayMs);
  }

  cancel(): void {
    if (this.timer === undefined) return;
    Timer.clear(this.timer);
    this.timer = undefined;
  }
}

/** `Time.ticks` is a 32-bit counter that wraps after 24.8 days; this clock does not. */
export class ModdableClock implements Clock {
  private lastTicks: number = Time.ticks;
  private elapsedMs = 0;

  nowMs(): number {
    const ticks = Time.ticks;
    this.elapsedMs += Time.delta(this.lastTicks, ticks);
    this.lastTicks = ticks;
    return this.elapsedMs;
  }

  alarm(delayMs: number, onAlarm: () => void): Alarm {
    return new TimerAlarm(delayMs, onAlarm);
  }
}
