import { kitIsMissing } from "../../hw-test/dev-kit/program.ts";
import type { OfferedPatch } from "../../hw-test/run/job.ts";
import { linkProfiles } from "../../hw-test/trackers/link-profile.ts";
import { nrf9160FlashTiming } from "../../hw-test/trackers/virtual/flash-timing.ts";
import type { VirtualTracker } from "../../hw-test/trackers/virtual/tracker.ts";
import { buildImage } from "../../tools/build/image.ts";
import { imageHash } from "../../tools/image/mcuboot.ts";
import { makePatch } from "../../tools/patch/make-patch.ts";
import { sum } from "../cortex-m/counters.ts";
import { countUpdate } from "../cortex-m/update.ts";
import type { Figure } from "../figure.ts";
import type { Images } from "../memory/pool.ts";
import type { BenchRig } from "../tracker/rig.ts";
import { oneUpdate } from "../update/one-update.ts";

const LINKS = ["lte-m", "nb-iot"] as const;

/**
 * The same update by its HEX file, packed and as a patch: bytes on the air, time over modelled links into
 * flash as slow as an nRF9160's, in real time, and instructions of the download on a Cortex-M4. It goes
 * from the build that checks no signatures to the one that does: a change of some 7 KB of code.
 */
export async function ways(rig: BenchRig, { to }: Images): Promise<Figure[]> {
  const from = await buildImage({ version: "1.0.0", flavour: "unsigned" });
  const images = { from, to };
  const packed: OfferedPatch = { bytes: makePatch(undefined, to.image) };
  const bytes = makePatch(from.image, to.image);
  const patch: OfferedPatch = { from: imageHash(from.image), bytes };
  const offers: readonly (readonly [string, readonly OfferedPatch[]])[] = [
    ["HEX file", []],
    ["packed", [packed]],
    ["patch", [patch]],
  ];
  const figures: Figure[] = [];
  for (const [name, patches] of offers) {
    figures.push(...(await onLinks(rig, images, { name, patches })));
    figures.push(...(await onCortexM(rig, images, { name, patches })));
  }
  return figures;
}

interface Way {
  readonly name: string;
  readonly patches: readonly OfferedPatch[];
}

async function onLinks(rig: BenchRig, images: Images, { name, patches }: Way): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const profile of LINKS) {
    const setup = { link: linkProfiles[profile], flashTiming: nrf9160FlashTiming };
    const tracker = await oneUpdate(rig, images, setup, patches);
    if (figures.length === 0) {
      const value = tracker.traffic.files.toTrackerBytes;
      figures.push({ name: `${name}: on the air`, value, unit: "bytes" });
    }
    const value = downloadSeconds(tracker);
    figures.push({
      name: `${name}: from the job to the verified slot, ${profile}`,
      value,
      unit: "s",
    });
  }
  return figures;
}

function downloadSeconds(tracker: VirtualTracker): number {
  const atMs = (text: string): number =>
    tracker.consoleLines.find((line) => line.text.includes(text))?.atMs ?? Number.NaN;
  return (atMs("verifying -> armed") - atMs("mqtt: connected")) / 1000;
}

async function onCortexM(rig: BenchRig, images: Images, { name, patches }: Way): Promise<Figure[]> {
  if ((await kitIsMissing()) !== undefined) return [];
  const phases = await countUpdate(rig, images, patches);
  const download = phases.find((phase) => phase.name === "download, HEX and slot");
  const value = download === undefined ? Number.NaN : sum(download.counts) / images.to.image.length;
  return [{ name: `${name}: download to slot, an image byte`, value, unit: "instructions" }];
}
