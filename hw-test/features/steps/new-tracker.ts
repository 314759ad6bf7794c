import { randomUUID } from "node:crypto";
import { NAMELESS, type StepCall } from "./definition.ts";
import { store } from "./world.ts";

/** A new thing for the tracker of this name; features find it at `tracker.NAME`. */
export async function registerTracker({ bench, world }: StepCall, name: string): Promise<void> {
  const registered = await bench.cloud.register(`tracker-${randomUUID()}`);
  await bench.trackers.add(name, registered);
  const known = (world["tracker"] ?? {}) as object;
  const { id, arn } = registered;
  // What has no name is also found without one.
  const nameless = name === NAMELESS ? { id, arn } : {};
  store(world, "tracker", { ...known, ...nameless, [name]: { id, arn } });
}
