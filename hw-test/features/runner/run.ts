import { runSuite } from "@nordicsemiconductor/bdd-markdown";
import { Bench } from "../bench/bench.ts";
import type { CloudSide } from "../bench/cloud-side.ts";
import type { Boards } from "../bench/trackers.ts";
import { allSteps } from "../steps/all-steps.ts";
import type { World } from "../steps/world.ts";
import { checkFeatures } from "./check.ts";
import { featureFiles } from "./feature-files.ts";
import { type Report, reportOf } from "./report.ts";
import { type StepTiming, stepTiming, toStepRunner } from "./step-runner.ts";
import { loadSuite } from "./suite.ts";

export interface RunOptions {
  /** Called once the features are found to be sound; the cloud is stopped at the end. */
  readonly startCloud: () => Promise<CloudSide>;
  readonly boards?: Boards;
  /** Called as each step begins. */
  readonly onStep?: (title: string) => void;
  readonly timing?: StepTiming;
}

/**
 * Runs the features in these files and those they need, on one cloud.
 * @throws BadFeatures, before anything runs; UsageError
 */
export async function runFeatures(paths: readonly string[], options: RunOptions): Promise<Report> {
  const { startCloud, onStep, boards = { real: new Map(), others: "linux" } } = options;
  const { timing = stepTiming(boards.others) } = options;
  const sources = loadSuite(paths);
  await checkFeatures(sources, allSteps);
  const cloud = await startCloud();
  const bench = new Bench(cloud, boards);
  try {
    const world: World = { ...cloud.values };
    const result = await runSuite<World>(featureFiles(sources), "features")
      .addStepRunners(...allSteps.map((step) => toStepRunner(step, { bench, timing, onStep })))
      .run(world);
    const titles = new Map(sources.map(({ path, title }) => [path, title] as const));
    return reportOf(result, (path) => titles.get(path) ?? path);
  } finally {
    await bench.stop();
    await cloud.stop();
  }
}
