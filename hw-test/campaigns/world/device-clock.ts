import type { Alarm, Clock } from "../../../firmware/ports/clock.ts";
import type { VirtualClock } from "../../model/virtual-clock.ts";

/** The tracker's time: milliseconds since its last boot, and alarms that a reset takes away. */
export class DeviceClock implements Clock {
  private readonly world: VirtualClock;
  private readonly bootMs: number;
  private isOff = false;

  constructor(world: VirtualClock) {
    this.world = world;
    this.bootMs = world.nowMs();
  }

  nowMs(): number {
    return this.world.nowMs() - this.bootMs;
  }

  alarm(delayMs: number, onAlarm: () => void): Alarm {
    return this.world.alarm(delayMs, () => {
      if (!this.isOff) onAlarm();
    });
  }

  stop(): void {
    this.isOff = true;
  }
}
