import type { OfferedPatch } from "../../hw-test/run/job.ts";
import type { BoardName } from "../../hw-test/trackers/boards.ts";
import type { BuiltImage } from "../../tools/build/image.ts";
import type { BenchRig } from "../tracker/rig.ts";

/** Resolution of the search, bytes. */
const STEP_BYTES = 1024;
/** The idle tracker does not fit below this. */
const LEAST_BYTES = 32 * 1024;

export interface Images {
  readonly from: BuiltImage;
  readonly to: BuiltImage;
}

/**
 * The smallest pool with which `works`. Peaks of use say too much: XS collects garbage only when the
 * pool is full. So the pool is made smaller until the engine runs out of memory.
 */
export async function smallestPool(
  works: (poolBytes: number) => Promise<boolean>,
  mostBytes: number,
): Promise<number> {
  let fails = LEAST_BYTES;
  let enough = mostBytes;
  if (!(await works(enough))) throw new Error(`a pool of ${enough} bytes is too small`);
  while (enough - fails > STEP_BYTES) {
    const between = Math.round((fails + enough) / 2 / STEP_BYTES) * STEP_BYTES;
    if (await works(between)) enough = between;
    else fails = between;
  }
  return enough;
}

/** Starts, connects to the broker, asks for a job and is told that there is none. */
export async function idles(
  rig: BenchRig,
  images: Images,
  poolBytes: number,
  board: BoardName = "linux",
): Promise<boolean> {
  const tracker = await rig.newTracker(images.from.image, {
    board,
    boardArguments: ["--pool", String(poolBytes)],
    restartsAfter: () => false,
  });
  let end = "";
  tracker.on("cycleEnd", (event) => {
    end = event.end;
  });
  await rig.idle(tracker);
  await tracker.stop();
  return end === "stopped";
}

/** A whole update, by a patch if one is offered, the trial of the new image included. */
export async function updates(
  rig: BenchRig,
  images: Images,
  poolBytes: number,
  { board = "linux", patches = [] }: { board?: BoardName; patches?: readonly OfferedPatch[] } = {},
): Promise<boolean> {
  const tracker = await rig.newTracker(images.from.image, {
    board,
    boardArguments: ["--pool", String(poolBytes)],
    restartsAfter: (end) => end === "software",
  });
  const job = await rig.newJob({ hex: images.to.hex, version: "1.0.1", patches });
  await tracker.powerOn();
  const { status } = await rig.end(tracker, job);
  await tracker.stop();
  if (status === "IN_PROGRESS" || status === "QUEUED") await job.cancel();
  return status === "SUCCEEDED";
}
