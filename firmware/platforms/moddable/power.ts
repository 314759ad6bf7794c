import Analog from "embedded:io/analog";
import type { Power } from "../../ports/power.ts";

/** Board wiring: analog inputs by pin, scaled so that full scale is 100 %. */
export interface PowerPins {
  readonly battery?: number;
}

export class ModdablePower implements Power {
  private readonly battery: Analog | undefined;

  constructor(pins: PowerPins) {
    if (pins.battery !== undefined) this.battery = new Analog({ pin: pins.battery });
  }

  batteryPercent(): number | undefined {
    if (this.battery === undefined) return undefined;
    const fullScale = 2 ** this.battery.resolution - 1;
    return Math.round((this.battery.read() * 100) / fullScale);
  }

  /** No Moddable target has a modem driver that reports signal (SDK 8.2.3). */
  signalDbm(): number | undefined {
    return undefined;
  }
}
