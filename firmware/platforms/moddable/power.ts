import Analog from "embedded:io/analog";
import type { Power } from "../../ports/power.ts";

/** Options of `embedded:io/analog`: `{pin}`, on Zephyr `{port, channel}`. Full scale is 100 %. */
export type BatteryInput =
  | { readonly pin: number }
  | { readonly port: string; readonly channel: number };

/** The typings (5.6.0) know no Zephyr. */
type AnalogOptions = ConstructorParameters<typeof Analog>[0];

export class ModdablePower implements Power {
  private readonly battery: Analog | undefined;

  constructor(battery: BatteryInput | undefined) {
    if (battery !== undefined) this.battery = new Analog(battery as AnalogOptions);
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
