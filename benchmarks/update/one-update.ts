import type { OfferedPatch } from "../../hw-test/run/job.ts";
import type { VirtualTracker } from "../../hw-test/trackers/virtual/tracker.ts";
import type { Images } from "../memory/pool.ts";
import type { BenchRig, TrackerSetup } from "../tracker/rig.ts";

/** One update from `from` to `to`; @throws Error unless it succeeds */
export async function oneUpdate(
  rig: BenchRig,
  { from, to }: Images,
  setup: TrackerSetup = {},
  patches: readonly OfferedPatch[] = [],
): Promise<VirtualTracker> {
  const tracker = await rig.newTracker(from.image, setup);
  const job = await rig.newJob({ hex: to.hex, version: "1.0.1", patches });
  await tracker.powerOn();
  const { status, statusDetails } = await rig.end(tracker, job);
  await tracker.stop();
  if (status !== "SUCCEEDED") throw new Error(`${status}: ${JSON.stringify(statusDetails)}`);
  return tracker;
}
