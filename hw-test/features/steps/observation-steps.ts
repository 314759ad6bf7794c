import { type StepDefinition, step } from "./definition.ts";
import { wholeNumber } from "./whole-number.ts";
import { store } from "./world.ts";

/** Steps that look at trackers with the whole firmware, from the outside. */
export const observationSteps: readonly StepDefinition[] = [
  step(
    "the `{tracker}` tracker should run firmware `{version}`, confirmed",
    async ({ tracker, version }, { bench }) => {
      const found = await bench.trackers.device(tracker).primary();
      if (found.version === version && found.confirmed) return;
      const state = found.confirmed ? "confirmed" : "unconfirmed";
      throw new Error(`expected ${version}, confirmed; found ${found.version}, ${state}`);
    },
  ),
  step("the `{tracker}` tracker should have started firmware `{version}`", (words, { bench }) => {
    const found = bench.trackers.device(words.tracker).started();
    if (found !== words.version) throw new Error(`expected ${words.version}, found ${found}`);
  }),
  step("the console of the `{tracker}` tracker should say `{text}`", (words, { bench }) => {
    const device = bench.trackers.device(words.tracker);
    if (device.lines.some(({ text }) => text.includes(words.text))) return;
    device.checkAlive();
    throw new Error(`none of ${device.lines.length} lines says ${words.text}`);
  }),
  step("the console of the `{tracker}` tracker should not say `{text}`", (words, { bench }) => {
    const { lines } = bench.trackers.device(words.tracker);
    const found = lines.find(({ text }) => text.includes(words.text));
    if (found !== undefined) throw new Error(`it does, after ${found.atMs} ms: ${found.text}`);
  }),
  step(
    "the download of the `{tracker}` tracker comes to `{bytes}` bytes",
    async ({ tracker, bytes }, { bench }) => {
      await bench.trackers.device(tracker).downloadOf(wholeNumber(bytes));
    },
  ),
  step(
    "I store what the rig knows of the `{tracker}` tracker in `{name}`",
    async ({ tracker, name }, { bench, world }) => {
      const device = bench.trackers.device(tracker);
      const virtual = device.virtual("be looked into so deeply");
      const { files } = virtual.traffic;
      store(world, name, {
        ...(await device.primary()),
        swapRequested: virtual.bootReading.isSwapRequested,
        resets: virtual.resets,
        powerCuts: virtual.powerCuts,
        files: { connections: files.connections, bytes: files.toTrackerBytes },
        // The firmware's own operations on the secondary slot.
        flash: virtual.flashMeters.firmware.total("image-1"),
      });
    },
  ),
];
