import type { Alarm, Clock } from "../../firmware/ports/clock.ts";
import type { VirtualClock } from "../model/virtual-clock.ts";
import { BrokenInvariant } from "./broken-invariant.ts";

/** Reading back a slot takes one a page: config.slotMaxPages. */
const ALARMS_AT_ONCE_MAX = 1000;

/** The tracker's time: milliseconds since its last boot, and alarms that a reset takes away. */
export class DeviceClock implements Clock {
  private readonly world: VirtualClock;
  private readonly bootMs: number;
  private isOff = false;
  private alarmMs = -1;
  /** Alarms that went off at `alarmMs`. */
  private alarms = 0;

  constructor(world: VirtualClock) {
    this.world = world;
    this.bootMs = world.nowMs();
  }

  nowMs(): number {
    return this.world.nowMs() - this.bootMs;
  }

  alarm(delayMs: number, onAlarm: () => void): Alarm {
    return this.world.alarm(delayMs, () => {
      if (this.isOff) return;
      this.countAlarm();
      onAlarm();
    });
  }

  stop(): void {
    this.isOff = true;
  }

  /** Work that sets alarm after alarm without any time passing would never end. */
  private countAlarm(): void {
    const isSame = this.world.nowMs() === this.alarmMs;
    this.alarmMs = this.world.nowMs();
    this.alarms = isSame ? this.alarms + 1 : 0;
    if (this.alarms > ALARMS_AT_ONCE_MAX) throw new BrokenInvariant("it spins");
  }
}
