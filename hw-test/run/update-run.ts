import { join } from "node:path";
import { asBuilt } from "../../tools/build/image.ts";
import { withTemporaryFolder } from "../../tools/command-line/temporary-folder.ts";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { formats } from "../../tools/image/formats.ts";
import { type Cloud, startCloud } from "../cloud/cloud.ts";
import { faultsOf } from "../trackers/virtual/faults.ts";
import { FlashFile } from "../trackers/virtual/flash-file.ts";
import { requireJail } from "../trackers/virtual/jail.ts";
import type { VirtualTracker } from "../trackers/virtual/tracker.ts";
import { recordCloud, recordTracker } from "../web/record/recorder.ts";
import type { RunRecord } from "../web/record/run-record.ts";
import { Bench } from "./bench.ts";
import { hooksFor } from "./faulty-cloud.ts";
import { damaged, type Firmware, prepareFirmware } from "./firmware.ts";
import { isOver, type JobState, type UpdateJob } from "./job.ts";
import type { Looking } from "./looking.ts";
import type { RunOptions } from "./options.ts";
import type { ProgressDisplay } from "./progress.ts";
import type { RunResult } from "./result.ts";

const POLL_MS = 100;
/** A run that has not ended by then never will. */
const RUN_MAX_MS = 30 * 60_000;

export type NewDisplay = (totalBytes: number) => ProgressDisplay;

/**
 * One update from the factory image to its end: local cloud, virtual tracker, one job.
 * @param looking told of all that happens; undefined if nobody looks
 */
export async function runUpdate(
  options: RunOptions,
  newDisplay: NewDisplay,
  looking?: Looking,
): Promise<RunResult> {
  if (options.jail) requireJail();
  const firmware = await prepareFirmware(options);
  return withTemporaryFolder("tracker-fota-", async (folder) => {
    const cloud = await startCloudOn(options, looking?.record);
    try {
      const flashPath = options.flashPath ?? join(folder, "flash.bin");
      const run = new UpdateRun(options, { firmware, cloud, flashPath, looking });
      const result = await run.execute(newDisplay(smallestFile(firmware)));
      await looking?.end(result);
      return result;
    } finally {
      await cloud.stop();
    }
  });
}

async function startCloudOn({ ports, faults }: RunOptions, record?: RunRecord): Promise<Cloud> {
  const given = Object.entries(ports).filter(([, port]) => port !== 0);
  try {
    const hooks = { ...hooksFor(faults), ...(record && recordCloud(record)) };
    return await startCloud({ ports: Object.fromEntries(given), hooks });
  } catch (error) {
    if (error instanceof Error && /in use/.test(error.message)) throw new UsageError(error.message);
    throw error;
  }
}

/** What the tracker will take. */
function smallestFile({ newHex, patches }: Firmware): number {
  return Math.min(newHex.length, ...patches.map(({ bytes }) => bytes.byteLength));
}

interface Parts {
  readonly firmware: Firmware;
  readonly cloud: Cloud;
  readonly flashPath: string;
  readonly looking: Looking | undefined;
}

class UpdateRun {
  private readonly options: RunOptions;
  private readonly parts: Parts;
  private readonly bench: Bench;
  private readonly tracker: VirtualTracker;
  private readonly job: UpdateJob;
  private readonly startedMs = Date.now();
  /** That people have sent from the page. */
  private readonly badJobs: UpdateJob[] = [];
  private halted: Error | undefined;
  private swapRequested = false;

  constructor(options: RunOptions, parts: Parts) {
    const { cloud, flashPath, firmware } = parts;
    this.options = options;
    this.parts = parts;
    if (!options.resume) FlashFile.create(flashPath);
    this.bench = new Bench({
      cloud,
      flashPath,
      board: options.board,
      boot: options.boot,
      jail: options.jail,
      faults: options.faults,
      link: options.link,
      isBrokerInReach: () => !this.isCutOff(),
      restartsAfter: () => !(options.stopBeforeBoot && this.isSwapPending()),
    });
    this.tracker = this.bench.tracker;
    this.job = this.bench.newJob({
      hex: firmware.newHex,
      version: options.version,
      document: options.document,
      patches: firmware.patches,
      ...(options.unsigned && { changes: { signature: undefined } }),
    });
  }

  async execute(display: ProgressDisplay): Promise<RunResult> {
    const { tracker } = this;
    this.connectDisplay(display);
    let endRecord: (() => void) | undefined;
    try {
      await this.prepareTracker(display);
      const from = tracker.bootReading.version ?? "none";
      endRecord = this.beginRecord();
      await this.job.create();
      await tracker.powerOn();
      const state = await this.end();
      await tracker.stop();
      endRecord?.();
      return this.result(from, state);
    } finally {
      endRecord?.();
      display.stop();
      await tracker.stop();
    }
  }

  /** What was before the job is no part of the update. @returns a function that ends it */
  private beginRecord(): (() => void) | undefined {
    const { looking, firmware } = this.parts;
    if (looking === undefined) return undefined;
    const { boot } = this.options;
    const { newImage } = firmware;
    looking.begin(smallestFile(firmware), {
      tracker: this.tracker,
      cancelJob: () => this.job.cancel(),
      sendBadImage: () => this.sendBadImage(),
    });
    return recordTracker(looking.record, this.tracker, { boot, newImage });
  }

  private async sendBadImage(): Promise<void> {
    const { newImage } = this.parts.firmware;
    if (newImage === undefined) throw new Error("the new file has no image to damage");
    const { hex } = asBuilt(damaged(newImage));
    const job = this.bench.newJob({ hex, version: this.options.version });
    await job.create();
    this.badJobs.push(job);
  }

  /** `no-cloud-after-swap`: the broker is out of reach for as long as the new image runs. */
  private isCutOff(): boolean {
    const wanted = faultsOf(this.options.faults, "no-cloud-after-swap").length > 0;
    return wanted && this.tracker.lastBoot?.swap === "test";
  }

  private isSwapPending(): boolean {
    this.swapRequested = this.tracker.bootReading.isSwapRequested;
    return this.swapRequested;
  }

  private connectDisplay(display: ProgressDisplay): void {
    const { tracker } = this;
    const [cancel] = faultsOf(this.options.faults, "cancel");
    let cancelled = false;
    tracker.on("console", ({ text }) => display.line(`  ${text}`));
    tracker.on("halted", (error) => {
      this.halted = error;
    });
    tracker.on("downloaded", (bytes) => {
      display.update(bytes);
      if (cancel === undefined || cancelled || bytes < cancel.byte) return;
      cancelled = true;
      void this.job.cancel();
    });
    tracker.on("cycleEnd", ({ end, detail }) => {
      if (end !== "stopped") display.line(`  -- ${end}${detail === "" ? "" : `: ${detail}`}`);
    });
  }

  private async prepareTracker(display: ProgressDisplay): Promise<void> {
    const { bench, tracker, options } = this;
    const { firmware } = this.parts;
    if (firmware.seems !== undefined) {
      display.line(`  the new file seems to be ${firmware.seems}; it is uploaded as it is`);
    } else if (!firmware.hasHeader) {
      const { header } = formats[options.boot];
      display.line(`  the new file has no ${header}: the bootloader will refuse to start it`);
    }
    if (!options.resume) await tracker.flash({ slot0: firmware.oldImage });
    await bench.provision({
      imageHeader: firmware.hasHeader ? "required" : "optional",
    });
  }

  /** Until the job is over, the rig gives up, or the swap is requested and that is enough. */
  private async end(): Promise<JobState> {
    const deadlineMs = Date.now() + RUN_MAX_MS;
    for (;;) {
      const state = await this.job.describe();
      const isFinished = this.isFinished(state) && (await this.areBadJobsOver());
      if (isFinished || Date.now() > deadlineMs) return state;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  private async areBadJobsOver(): Promise<boolean> {
    const states = await Promise.all(this.badJobs.map((job) => job.describe()));
    return this.halted !== undefined || states.every(isOver);
  }

  private isFinished(state: JobState): boolean {
    if (this.halted !== undefined || (this.options.stopBeforeBoot && this.swapRequested))
      return true;
    return isOver(state);
  }

  private result(from: string, job: JobState): RunResult {
    const { tracker, options } = this;
    const { firmware: firmwares } = this.parts;
    const { version, confirmed } = tracker.bootReading;
    const { firmware, bootloader } = tracker.flashMeters;
    const { files } = tracker.traffic;
    return {
      from,
      to: options.version,
      running: version ?? "none",
      confirmed,
      unsigned: options.unsigned,
      job,
      bytes: {
        hex: firmwares.newHex.length,
        patches: firmwares.patches.map(({ bytes }) => bytes.byteLength),
        image: firmwares.imageBytes,
        downloaded: files.toTrackerBytes,
      },
      flash: firmware.total("image-1"),
      store: firmware.total("storage"),
      bootloader: bootloader.total(),
      resets: tracker.resets,
      powerCuts: tracker.powerCuts,
      resumes: Math.max(0, files.connections - 1),
      connections: files.connections,
      engine: tracker.lastStart?.engine ?? "unknown",
      heap: { ...tracker.lastStart, ...tracker.lastHeap },
      seconds: (Date.now() - this.startedMs) / 1000,
      swapRequested: this.swapRequested,
    };
  }
}
