import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Settings } from "../../../firmware/settings.ts";
import { asBuilt, buildImage } from "../../../tools/build/image.ts";
import { makeImage } from "../../../tools/image/mcuboot.ts";
import { type Cloud, type CloudHooks, type CloudOptions, startCloud } from "../../cloud/cloud.ts";
import type { LinkProfile } from "../../driver.ts";
import { Bench } from "../../run/bench.ts";
import { isOver, type JobOrder, type JobState, type UpdateJob } from "../../run/job.ts";
import { isConfirmed } from "../../trackers/slot-contents.ts";
import { parseFault } from "../../trackers/virtual/faults.ts";
import type { VirtualTracker } from "../../trackers/virtual/tracker.ts";

const POLL_MS = 50;
const WAIT_MAX_MS = 90_000;

export interface FaultBenchOptions {
  /** As `npm start -- --fault` takes them. */
  readonly faults?: readonly string[];
  readonly hooks?: CloudHooks;
  readonly settings?: Partial<Settings>;
  readonly link?: LinkProfile;
  readonly schedule?: CloudOptions["schedule"];
  /** Ends the run at the first reset by the firmware: enough where the new image is not to boot. */
  readonly stopsAtReset?: boolean;
}

type Order = Partial<Omit<JobOrder, "thingName" | "thingArn" | "bucket">>;

/** An MCUboot image that nobody is to start: 12 KB by default, 34 KB as HEX. */
export function smallImage(version: string, bodyBytes = 12_000): Uint8Array {
  const body = Uint8Array.from({ length: bodyBytes }, (_, at) => (at * 193 + (at >> 8)) & 0xff);
  return makeImage({ body, version });
}

/** A virtual tracker on the XS engine with 1.0.0 in it, its cloud, and what a test looks at. */
export class FaultBench {
  readonly cloud: Cloud;
  readonly bench: Bench;
  readonly tracker: VirtualTracker;
  isBrokerInReach = true;
  private readonly folder: string;

  /** Ready to be powered on; taken down at the end of the test. */
  static async start(context: TestContext, options: FaultBenchOptions = {}): Promise<FaultBench> {
    const { hooks = {}, schedule } = options;
    const cloud = await startCloud({ hooks, ...(schedule && { schedule }) });
    const one = new FaultBench(cloud, options);
    context.after(() => one.stop());
    const { image } = await buildImage({ version: "1.0.0" });
    await one.tracker.flash({ slot0: image });
    // A test does not wait for an hour; that trackers do is tested on virtual time.
    await one.bench.provision({ failedJobWaitMaxMs: 0, ...options.settings });
    return one;
  }

  private constructor(cloud: Cloud, options: FaultBenchOptions) {
    this.folder = mkdtempSync(join(tmpdir(), "tracker-faults-"));
    this.cloud = cloud;
    this.bench = new Bench({
      cloud,
      flashPath: join(this.folder, "flash.bin"),
      faults: (options.faults ?? []).map(parseFault),
      ...(options.link && { link: options.link }),
      isBrokerInReach: () => this.isBrokerInReach,
      restartsAfter: (end) => end === "power-cut" || options.stopsAtReset !== true,
    });
    this.tracker = this.bench.tracker;
  }

  /** Creates a job; with a small 1.0.1 if the order says nothing else. */
  async order(order: Order = {}): Promise<UpdateJob> {
    const version = order.version ?? "1.0.1";
    const job = this.bench.newJob({ hex: asBuilt(smallImage(version)).hex, ...order, version });
    await job.create();
    return job;
  }

  async ended(job: UpdateJob): Promise<JobState> {
    let state = await job.describe();
    await this.until("the job is over", async () => {
      state = await job.describe();
      return isOver(state);
    });
    return state;
  }

  /** Waits for a line of the console, unless it has come. */
  async line(pattern: RegExp): Promise<void> {
    await this.until(`${pattern}`, () => this.has(pattern));
  }

  has(pattern: RegExp): boolean {
    return this.tracker.consoleLines.some(({ text }) => pattern.test(text));
  }

  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const endMs = Date.now() + WAIT_MAX_MS;
    while (!(await isSo())) {
      const console = this.tracker.consoleLines.slice(-15).map(({ text }) => text);
      assert(Date.now() < endMs, `waited for: ${what}\n${console.join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** The slot holds this version, whole, and the bootloader is asked to test it. */
  async swapRequested(version: string): Promise<void> {
    await this.line(/swapping -> resetting/);
    await this.until(
      "the reset",
      () => this.tracker.flashFile.slot("image-1").trailer.magic === "good",
    );
    const { image, trailer } = this.tracker.flashFile.slot("image-1");
    assert.equal(image?.version, version);
    assert.equal(image.digestOk, true);
    assert.equal(trailer.swapType, "test");
  }

  /** 1.0.0 runs, confirmed, was never left, and nothing waits to take its place. */
  assertOldImageStays(): void {
    const primary = this.tracker.flashFile.slot("image-0");
    assert.equal(primary.image?.version, "1.0.0");
    assert.equal(primary.image.digestOk, true);
    assert.equal(isConfirmed(primary), true);
    assert.notEqual(this.tracker.flashFile.slot("image-1").trailer.magic, "good");
    assert.equal(this.tracker.resets, 0);
  }

  private async stop(): Promise<void> {
    await this.tracker.stop();
    await this.cloud.stop();
    rmSync(this.folder, { recursive: true });
  }
}
