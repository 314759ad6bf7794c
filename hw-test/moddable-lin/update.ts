import { makeImage } from "../../tools/image/mcuboot.ts";
import type { JobState } from "../run/job.ts";
import { type SdkBench, withSdkBench } from "./bench.ts";
import { buildLoader, buildPrograms, sensorLoop } from "./sdk.ts";

const OLD_VERSION = "1.0.0";
const NEW_VERSION = "1.0.1";

export interface SdkUpdate {
  readonly job: JobState;
  readonly imageBytes: number;
  /** In the primary slot at the end. */
  readonly running: string | undefined;
  readonly isConfirmed: boolean;
  readonly isDone: boolean;
}

/** What runs first, what is offered, and the loader that runs them. */
export interface SdkParts {
  readonly loader: string;
  readonly oldImage: Uint8Array;
  readonly newImage: Uint8Array;
}

/** Builds the example as two versions. The first time this takes minutes. */
export async function buildParts(): Promise<SdkParts> {
  const loader = await buildLoader();
  const versions = [OLD_VERSION, NEW_VERSION];
  const programs = await buildPrograms(sensorLoop, versions);
  const [oldImage, newImage] = programs.map((body, at) =>
    makeImage({ body, version: versions[at] ?? "" }),
  );
  if (oldImage === undefined || newImage === undefined) throw new Error("no programs");
  return { loader, oldImage, newImage };
}

/**
 * One update to its end, on a tracker of its own.
 * @param watch is given the bench before the power is on
 */
export async function runSdkUpdate(
  { loader, oldImage, newImage }: SdkParts,
  watch: (bench: SdkBench) => void,
): Promise<SdkUpdate> {
  return withSdkBench(loader, async (bench) => {
    const { tracker } = bench;
    tracker.flash(oldImage);
    bench.provision();
    watch(bench);
    const order = bench.newJob(newImage, NEW_VERSION);
    await order.create();
    tracker.powerOn();
    const job = await bench.end(order);
    const { image, isConfirmed } = tracker.primary();
    const running = image?.version;
    const isUpdated = running === NEW_VERSION && isConfirmed;
    const isDone = job.status === "SUCCEEDED" && isUpdated;
    return { job, imageBytes: newImage.byteLength, running, isConfirmed, isDone };
  });
}
