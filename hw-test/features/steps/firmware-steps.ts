import { asBuilt, buildImage } from "../../../tools/build/image.ts";
import { releaseFieldsOf } from "../../../tools/image/hex-release.ts";
import type { Settings } from "../../driver.ts";
import { parseLinkProfile } from "../../trackers/link-profile.ts";
import { jsonObjectOf } from "./code-block.ts";
import { type StepCall, type StepDefinition, step } from "./definition.ts";
import { registerTracker } from "./new-tracker.ts";
import { wholeNumber } from "./whole-number.ts";
import { store, type World } from "./world.ts";

/** Steps that make firmware and put trackers that run the whole of it to work. */
export const firmwareSteps: readonly StepDefinition[] = [
  step("I have firmware `{version}` as `{name}`", async ({ version, name }, { world, bench }) => {
    const { hex } = await buildImage({ version, boot: bench.trackers.boot });
    storeFirmware(world, name, { version, hex });
  }),
  step("I have firmware `{version}` that crashes as `{name}`", async (words, { world, bench }) => {
    const { version, name } = words;
    const { boot } = bench.trackers;
    const { hex } = await buildImage({ version, flavour: "crash", boot });
    storeFirmware(world, name, { version, hex });
  }),
  step(
    "I have firmware `{version}` that never finds its cloud as `{name}`",
    async (words, call) => {
      const { version, name } = words;
      const { boot } = call.bench.trackers;
      const { hex } = await buildImage({ version, flavour: "no-cloud", boot });
      storeFirmware(call.world, name, { version, hex });
    },
  ),
  step(
    "I have firmware `{version}` that checks no signatures as `{name}`",
    async ({ version, name }, { world, bench }) => {
      const { boot } = bench.trackers;
      const { hex } = await buildImage({ version, flavour: "unsigned", boot });
      storeFirmware(world, name, { version, hex });
    },
  ),
  step(
    "I have firmware `{version}` for the hardware `{hardware}` as `{name}`",
    async ({ version, hardware, name }, { world, bench }) => {
      const { hex } = await buildImage({ version, boot: bench.trackers.boot });
      storeFirmware(world, name, { version, hex, hardware });
    },
  ),
  step(
    "I have firmware `{version}` with a wrong bit as `{name}`",
    async (words, { world, bench }) => {
      const { version, name } = words;
      const broken = (await buildImage({ version, boot: bench.trackers.boot })).image.slice();
      const middle = broken.byteLength >> 1;
      broken[middle] = (broken[middle] ?? 0) ^ 0x01;
      storeFirmware(world, name, { version, hex: asBuilt(broken).hex });
    },
  ),
  step("I have the release `{version}` of the file `{text}` in `{name}`", (words, { world }) => {
    store(world, words.name, releaseFieldsOf(words.text, { version: words.version }));
  }),
  step("the `{tracker}` tracker is flashed with firmware `{version}`", async (words, call) => {
    await flash(call, words, {});
  }),
  step(
    "the `{tracker}` tracker is flashed with firmware `{version}` and set to",
    async (words, call) => flash(call, words, jsonObjectOf(call) as Partial<Settings>),
  ),
  step("I switch the `{tracker}` tracker on", async ({ tracker }, { bench }) => {
    await bench.trackers.device(tracker).driver.powerOn();
  }),
  step("I cut the power of the `{tracker}` tracker", async ({ tracker }, { bench }) => {
    await bench.trackers.device(tracker).driver.cutPower();
  }),
  step("I reset the `{tracker}` tracker", async ({ tracker }, { bench }) => {
    await bench.trackers.device(tracker).driver.reset();
  }),
  step("the battery of the `{tracker}` tracker is at `{percent}` %", (words, { bench }) => {
    const { driver } = bench.trackers.device(words.tracker);
    driver.setInput("battery", wholeNumber(words.percent) * 10);
  }),
  step("the link of the `{tracker}` tracker is `{profile}`", ({ tracker, profile }, { bench }) => {
    bench.trackers.device(tracker).driver.setLink(parseLinkProfile(profile));
  }),
  step(
    "the power of the `{tracker}` tracker is to fail inside flash operation `{count}` from now",
    ({ tracker, count }, { bench }) => {
      const virtual = bench.trackers.device(tracker).virtual("lose its power at an operation");
      const operation = virtual.flashOperations + wholeNumber(count);
      virtual.cutPowerAt({ operation, when: "inside" });
    },
  ),
  step("`{seconds}` seconds pass in the cloud", ({ seconds }, { bench }) => {
    bench.cloud.advanceClock(wholeNumber(seconds) * 1000);
  }),
];

function storeFirmware(
  world: World,
  name: string,
  firmware: { readonly version: string; readonly hex: string; readonly hardware?: string },
): void {
  const { version, hex, hardware } = firmware;
  // `escaped` can stand between the quotes of a JSON string.
  const escaped = JSON.stringify(hex).slice(1, -1);
  const release = releaseFieldsOf(hex, { version, hardware });
  store(world, name, { version, escaped, size: Buffer.byteLength(hex), ...release });
}

async function flash(
  call: StepCall,
  { tracker, version }: { readonly tracker: string; readonly version: string },
  settings: Partial<Settings>,
): Promise<void> {
  const { bench } = call;
  await registerTracker(call, tracker);
  const device = await bench.trackers.newDevice(tracker);
  device.driver.onConsole(({ text }) => bench.say(text));
  await device.flash(version, settings);
}
