import { buildImage } from "../tools/build/image.ts";
import { print, runCommand } from "../tools/command-line/command.ts";
import { instructions } from "./cortex-m/instructions.ts";
import { type Figure, figureLine } from "./figure.ts";
import { hexSpeed } from "./hex/speed.ts";
import { memory } from "./memory/memory.ts";
import type { Images } from "./memory/pool.ts";
import { type BenchOptions, HELP, parseOptions, type Section } from "./options.ts";
import { patchSizes } from "./patch/sizes.ts";
import { ways } from "./patch/ways.ts";
import { BenchRig } from "./tracker/rig.ts";
import { linkTime } from "./update/link.ts";
import { seriesFigures } from "./update/series.ts";
import { soakFigures } from "./update/soak.ts";
import { wearAndAir } from "./update/wear.ts";

const UPDATES_IN_A_ROW = 20;
const UPDATES_OF_A_SOAK = 200;

type Measure = (rig: BenchRig, images: Images) => Promise<Figure[]>;

const measures: Readonly<Record<Section, { readonly title: string; readonly measure: Measure }>> = {
  hex: { title: "HEX to slot on a Cortex-M4", measure: () => hexSpeed() },
  memory: { title: "Heap", measure: memory },
  wear: { title: "Flash and bytes on the air", measure: wearAndAir },
  link: { title: "LTE-M, 300 kbit/s and 100 ms, nRF9160 flash", measure: linkTime },
  series: {
    title: "Updates in a row",
    measure: (rig, images) => seriesFigures(rig, images, UPDATES_IN_A_ROW),
  },
  soak: {
    title: "Updates in a row, with faults",
    measure: (rig, images) => soakFigures(rig, images, UPDATES_OF_A_SOAK),
  },
  patch: {
    title: "Patches over this repository's history",
    measure: (_, images) => patchSizes(images),
  },
  ways: { title: "HEX file, packed and patch", measure: ways },
  "cortex-m": { title: "Instructions on a Cortex-M4", measure: instructions },
};

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    print(HELP);
    return 0;
  }
  const results = await measureAll(options);
  if (options.json) print(`${JSON.stringify(results)}\n`);
  return 0;
}

async function measureAll(options: BenchOptions): Promise<Record<string, Figure[]>> {
  const images = {
    from: await buildImage({ version: "1.0.0" }),
    to: await buildImage({ version: "1.0.1" }),
  };
  const results: Record<string, Figure[]> = {};
  const rig = await BenchRig.start();
  try {
    for (const section of options.sections) {
      const { title, measure } = measures[section];
      print(`${title}\n`);
      const figures = await measure(rig, images);
      for (const figure of figures) print(`${figureLine(figure)}\n`);
      results[section] = figures;
    }
  } finally {
    await rig.stop();
  }
  return results;
}

await runCommand("npm run bench", main);
