import type { VirtualTracker } from "../../hw-test/trackers/virtual/tracker.ts";
import type { Figure } from "../figure.ts";
import type { Images } from "../memory/pool.ts";
import { type BenchRig, pause } from "../tracker/rig.ts";
import { liveBytes, storeLog } from "./store-log.ts";

/** What an update leaves behind: heap in use at the reset, and what the store holds. */
export interface Leftover {
  readonly version: string;
  readonly heapBytes: number;
  readonly storeBytes: number;
}

/** `count` updates in a row on one tracker: to `to`, back to `from`, and so on. */
export async function updateSeries(
  rig: BenchRig,
  { from, to }: Images,
  count: number,
): Promise<Leftover[]> {
  // Every other update of the series goes back.
  const tracker = await rig.newTracker(from.image, { settings: { allowDowngrade: true } });
  try {
    return await leftoversOf(tracker, { rig, from, to, count });
  } finally {
    await tracker.stop();
  }
}

async function leftoversOf(
  tracker: VirtualTracker,
  { rig, from, to, count }: Images & { readonly rig: BenchRig; readonly count: number },
): Promise<Leftover[]> {
  const leftovers: Leftover[] = [];
  await tracker.powerOn();
  for (let index = 0; index < count; index++) {
    const isBack = index % 2 === 1;
    const version = isBack ? "1.0.0" : "1.0.1";
    const job = await rig.newJob({ hex: (isBack ? from : to).hex, version });
    const { status, statusDetails } = await rig.end(tracker, job);
    if (status !== "SUCCEEDED") throw new Error(`${status}: ${JSON.stringify(statusDetails)}`);
    while (timesIdle(tracker) <= index) await pause();
    leftovers.push(leftover(tracker, version));
  }
  return leftovers;
}

export async function seriesFigures(
  rig: BenchRig,
  images: Images,
  count: number,
): Promise<Figure[]> {
  const leftovers = await updateSeries(rig, images, count);
  return [
    { name: "updates in a row", value: leftovers.length, unit: "updates" },
    growth("growth of the heap in use", leftovers, ({ heapBytes }) => heapBytes),
    growth("growth of the store", leftovers, ({ storeBytes }) => storeBytes),
  ];
}

/**
 * Up to the last update, from the first one of the same image: like is compared with like. The very
 * first is left out, because the tracker that makes it has no trial behind it.
 */
function growth(
  name: string,
  leftovers: readonly Leftover[],
  read: (leftover: Leftover) => number,
): Figure {
  const last = leftovers.at(-1);
  const first = leftovers.slice(1).find(({ version }) => version === last?.version);
  if (first === undefined || last === undefined || first === last) throw new Error("too few");
  return { name, value: read(last) - read(first), unit: "bytes", goal: { atMost: 0 } };
}

/** How often the tracker has put an update behind it: the service knows that a little earlier. */
export function timesIdle({ consoleLines }: VirtualTracker): number {
  return consoleLines.filter(({ text }) => text === "update: reporting -> idle").length;
}

export function leftover(tracker: VirtualTracker, version: string): Leftover {
  const heap = tracker.lastHeap;
  if (heap === undefined) throw new Error("the board told no heap");
  return {
    version,
    heapBytes: heap.slotBytes + heap.chunkBytes,
    storeBytes: liveBytes(storeLog(tracker.flashFile.read("storage"))),
  };
}
