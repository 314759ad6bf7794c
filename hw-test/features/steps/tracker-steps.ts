import { JobListener } from "../bench/job-listener.ts";
import { type StepDefinition, step } from "./definition.ts";
import { registerTracker } from "./new-tracker.ts";
import { store } from "./world.ts";

/** Steps about trackers that only listen to their jobs. */
export const trackerSteps: readonly StepDefinition[] = [
  step("I generate a certificate for the `{tracker}` tracker", async ({ tracker }, call) => {
    await registerTracker(call, tracker);
  }),
  step("I connect the `{tracker}` tracker", async ({ tracker }, { bench }) => {
    const entry = bench.trackers.get(tracker);
    entry.listener?.stop();
    const { id, certificate } = entry.registered;
    entry.listener = await JobListener.connect({
      thing: id,
      broker: bench.cloud.broker,
      certificate,
      log: (text) => bench.say(text),
    });
  }),
  step("I disconnect the `{tracker}` tracker", ({ tracker }, { bench }) => {
    bench.trackers.get(tracker).listener?.stop();
  }),
  step("the `{tracker}` tracker should be online", ({ tracker }, { bench }) => {
    if (bench.trackers.get(tracker).listener?.isOnline() === true) return;
    throw new Error(`the ${tracker} tracker is offline`);
  }),
  step(
    "the `{tracker}` tracker stores the next started job into `{name}`",
    async ({ tracker, name }, { bench, world }) => {
      const { listener } = bench.trackers.get(tracker);
      if (listener === undefined) throw new Error(`the ${tracker} tracker is not connected`);
      const execution = await listener.startNext();
      if (execution === undefined) throw new Error(`no job is pending for the ${tracker} tracker`);
      store(world, name, execution);
    },
  ),
];
