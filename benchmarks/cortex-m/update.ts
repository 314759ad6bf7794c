import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildDevKit } from "../../hw-test/dev-kit/program.ts";
import type { OfferedPatch } from "../../hw-test/run/job.ts";
import type { Images } from "../memory/pool.ts";
import type { BenchRig } from "../tracker/rig.ts";
import { Counters } from "./counters.ts";
import { type Phase, PhaseRecorder } from "./phases.ts";

/** `config.receiveBytes`: the firmware then never reads less, except at an end. */
const PIECE_BYTES = 1024;

/** The job is over before the tracker has forgotten it. */
const REPORT_MAX_MS = 20_000;

/** One update on the Cortex-M4, with its instructions by phase. @throws Error unless it succeeds */
export async function countUpdate(
  rig: BenchRig,
  { from, to }: Images,
  patches: readonly OfferedPatch[] = [],
): Promise<readonly Phase[]> {
  await buildDevKit();
  const folder = mkdtempSync(join(tmpdir(), "tracker-counts-"));
  const path = join(folder, "counts.bin");
  const tracker = await rig.newTracker(from.image, {
    board: "cortex-m",
    boardArguments: ["--count", path],
    pieceBytes: PIECE_BYTES,
  });
  try {
    const recorder = new PhaseRecorder(tracker, new Counters(path));
    const job = await rig.newJob({ hex: to.hex, version: "1.0.1", patches });
    await tracker.powerOn();
    const { status, statusDetails } = await rig.end(tracker, job);
    if (status !== "SUCCEEDED") throw new Error(`${status}: ${JSON.stringify(statusDetails)}`);
    const isOver = await Promise.race([
      recorder.ended,
      sleep(REPORT_MAX_MS, false, { ref: false }),
    ]);
    if (isOver === false) throw new Error(`only ${recorder.phases.length} phases came to an end`);
    return recorder.phases;
  } finally {
    await tracker.stop();
    rmSync(folder, { recursive: true });
  }
}
