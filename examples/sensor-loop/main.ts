import Analog from "embedded:io/analog";
import KeyValueStorage from "embedded:storage/key-value";
import config from "mc/config";
import Timer from "timer";
import { startClient } from "tracker-fota";

/*
 * An application that measures once a second and updates itself. It runs on the virtual board
 * (npm start -- --app examples/sensor-loop) and, by its manifest.json, on a board of the Moddable SDK.
 */

const INTERVAL_MS = 1_000;
/** Between these, in parts of full scale, a reading is one. */
const PLAUSIBLE = Object.freeze({ min: 0.02, max: 1 });
const ALARM_BELOW = 0.1;

/** What is measured, and kept over a reset. */
class Sensor {
  readonly #input = new Analog({ pin: config.sensorPin });
  readonly #store = KeyValueStorage.open({ path: "sensor-loop", format: "buffer" });
  count = 0;
  latest = 0;

  constructor() {
    const kept = this.#store.read("count");
    // The SDK's typings leave open in which format it is read.
    if (kept instanceof ArrayBuffer) this.count = new DataView(kept).getUint32(0);
  }

  measure(): void {
    this.latest = this.#input.read() / (2 ** this.#input.resolution - 1);
    this.count += 1;
  }

  get works(): boolean {
    return this.latest >= PLAUSIBLE.min && this.latest <= PLAUSIBLE.max;
  }

  get alarms(): boolean {
    return this.latest < ALARM_BELOW;
  }

  keep(): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, this.count);
    this.#store.write("count", bytes);
  }
}

export default function start(): void {
  const sensor = new Sensor();
  trace(`sensor-loop ${config.version}: ${sensor.count} readings so far\n`);
  sensor.measure();
  // Each turn is short: what holds the loop longer than the watchdog waits is a reset.
  Timer.repeat(() => sensor.measure(), INTERVAL_MS);

  startClient({
    version: config.version,
    trust: config.trust,
    settings: { hardware: config.hardware },
    gates: [{ shut: () => (sensor.works ? undefined : "the sensor needs looking at") }],
    selfTest: (done) => done(sensor.works ? undefined : `the sensor says ${sensor.latest}`),
    mayReset: () => (sensor.alarms ? "an alarm is on" : undefined),
    onReset: () => sensor.keep(),
    onProgress({ phase, bytes, size }) {
      if (phase === "downloading" && bytes === size) trace("sensor-loop: the update is here\n");
    },
    log: (line) => trace(`[fota] ${line}\n`),
  });
}
