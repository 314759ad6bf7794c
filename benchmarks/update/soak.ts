import { type Fault, parseFault } from "../../hw-test/trackers/virtual/faults.ts";
import type { VirtualTracker } from "../../hw-test/trackers/virtual/tracker.ts";
import type { Figure } from "../figure.ts";
import type { Images } from "../memory/pool.ts";
import { type BenchRig, pause } from "../tracker/rig.ts";
import { type Leftover, leftover, timesIdle } from "./series.ts";

/** The power fails in every fourth update, at an operation that moves through all of it. */
const CUT_EVERY = 4;
const CUT_FIRST = 20;
const CUT_STEP = 37;
const CUT_WITHIN = 300;
/** Of heap or store, whatever the number of updates. */
export const GROWTH_MAX_BYTES = 1024;

export interface Soak {
  readonly leftovers: readonly Leftover[];
  readonly powerCuts: number;
  /** Updates that a cut in the trial undid; each was ordered once more. */
  readonly reverts: number;
  /** Of the page that was erased most. */
  readonly erases: { readonly primary: number; readonly secondary: number; readonly store: number };
}

/** `count` updates to and fro on one tracker on XS, with power cuts and broken downloads. */
export async function soak(rig: BenchRig, images: Images, count: number): Promise<Soak> {
  const tracker = await rig.newTracker(images.from.image, {
    settings: { allowDowngrade: true },
    faults: drops(images.to.hex.length, count),
  });
  const leftovers: Leftover[] = [];
  let reverts = 0;
  try {
    await tracker.powerOn();
    while (leftovers.length < count) {
      const index = leftovers.length;
      if (index % CUT_EVERY === CUT_EVERY - 1) cutPower(tracker, index);
      const version = index % 2 === 0 ? "1.0.1" : "1.0.0";
      const isDone = await update(rig, tracker, { hex: imageOf(images, index).hex, version });
      if (isDone) leftovers.push(leftover(tracker, version));
      else reverts += 1;
    }
  } finally {
    await tracker.stop();
  }
  return { leftovers, powerCuts: tracker.powerCuts, reverts, erases: erasesOf(tracker) };
}

export async function soakFigures(rig: BenchRig, images: Images, count: number): Promise<Figure[]> {
  const { leftovers, powerCuts, reverts, erases } = await soak(rig, images, count);
  const figures = (name: string, value: number, unit: string): Figure => ({ name, value, unit });
  return [
    figures("updates in a row, with faults", leftovers.length, "updates"),
    figures("power cuts", powerCuts, "cuts"),
    figures("reverts", reverts, "reverts"),
    {
      ...figures("growth of the heap in use", growth(leftovers, "heapBytes"), "bytes"),
      goal: { atMost: GROWTH_MAX_BYTES },
    },
    {
      ...figures("growth of the store", growth(leftovers, "storeBytes"), "bytes"),
      goal: { atMost: GROWTH_MAX_BYTES },
    },
    figures("erases of a page of the primary slot, an update", erases.primary / count, "erases"),
    figures(
      "erases of a page of the secondary slot, an update",
      erases.secondary / count,
      "erases",
    ),
    figures("erases of a page of the store, an update", erases.store / count, "erases"),
  ];
}

/**
 * What the worst of the second half holds more than the worst of the first: what a cut or a broken
 * connection leaves until the next reset is some hundred bytes, and does not add up.
 */
export function growth(leftovers: readonly Leftover[], what: "heapBytes" | "storeBytes"): number {
  const half = leftovers.length >> 1;
  const worst = (some: readonly Leftover[]) => Math.max(...some.map((one) => one[what]));
  return worst(leftovers.slice(half)) - worst(leftovers.slice(0, half));
}

function imageOf({ from, to }: Images, index: number): Images["to"] {
  return index % 2 === 0 ? to : from;
}

/** One in every other update. */
function drops(hexBytes: number, count: number): Fault[] {
  return Array.from({ length: count >> 1 }, (_, index) =>
    parseFault(`drop@byte:${Math.round((2 * index + 0.5) * hexBytes)}`),
  );
}

function cutPower(tracker: VirtualTracker, index: number): void {
  const operation = tracker.flashOperations + CUT_FIRST + ((index * CUT_STEP) % CUT_WITHIN);
  tracker.cutPowerAt({ operation, when: index % 8 === 7 ? "inside" : "before" });
}

/** @returns false if the image was reverted, because the power failed in its trial */
async function update(
  rig: BenchRig,
  tracker: VirtualTracker,
  order: { readonly hex: string; readonly version: string },
): Promise<boolean> {
  const idle = timesIdle(tracker);
  const job = await rig.newJob(order);
  const { status, statusDetails } = await rig.end(tracker, job);
  const isReverted = statusDetails["reason"] === "REVERTED";
  if (status !== "SUCCEEDED" && !isReverted) {
    throw new Error(`${status}: ${JSON.stringify(statusDetails)}`);
  }
  while (timesIdle(tracker) <= idle) await pause();
  return !isReverted;
}

function erasesOf({ flashMeters }: VirtualTracker): Soak["erases"] {
  const of = (partition: "image-0" | "image-1" | "storage"): number =>
    Object.values(flashMeters).reduce(
      (sum, meter) => sum + meter.total(partition).maxErasesPerPage,
      0,
    );
  return { primary: of("image-0"), secondary: of("image-1"), store: of("storage") };
}
