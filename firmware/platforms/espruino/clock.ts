import type { Alarm, Clock } from "../../ports/clock.ts";
import type { Engine } from "./engine.ts";

export type ClockEngine = Pick<Engine, "setTimeout" | "clearTimeout" | "getTime" | "onTimeSet">;

class TimeoutAlarm implements Alarm {
  private readonly engine: ClockEngine;
  private timer: unknown;

  constructor(engine: ClockEngine, delayMs: number, onAlarm: () => void) {
    this.engine = engine;
    this.timer = engine.setTimeout(() => {
      this.timer = undefined;
      onAlarm();
    }, delayMs);
  }

  cancel(): void {
    if (this.timer === undefined) return;
    this.engine.clearTimeout(this.timer);
    this.timer = undefined;
  }
}

/** `getTime` is the time of day: what an application sets it by is taken out again. */
export class EspruinoClock implements Clock {
  private readonly engine: ClockEngine;
  private setBySeconds = 0;

  constructor(engine: ClockEngine) {
    this.engine = engine;
    engine.onTimeSet((seconds) => {
      this.setBySeconds += seconds;
    });
  }

  nowMs(): number {
    return Math.floor((this.engine.getTime() - this.setBySeconds) * 1000);
  }

  alarm(delayMs: number, onAlarm: () => void): Alarm {
    return new TimeoutAlarm(this.engine, delayMs, onAlarm);
  }
}
