import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Settings } from "../../firmware/settings.ts";
import { type Cloud, startCloud } from "../../hw-test/cloud/cloud.ts";
import { isOver, type JobOrder, type JobState, UpdateJob } from "../../hw-test/run/job.ts";
import { FlashFile } from "../../hw-test/trackers/virtual/flash-file.ts";
import { VirtualTracker } from "../../hw-test/trackers/virtual/tracker.ts";
import type { VirtualTrackerOptions } from "../../hw-test/trackers/virtual/tracker-options.ts";

const THING = "bench-tracker";
const BUCKET = "bench-bucket";
const POLL_MS = 20;
const RUN_MAX_MS = 10 * 60_000;

/** What a benchmark sets on the tracker; the rest is the rig's. */
export type TrackerSetup = Pick<
  VirtualTrackerOptions,
  "board" | "boardArguments" | "pieceBytes" | "faults" | "link" | "flashTiming" | "restartsAfter"
> & { readonly settings?: Partial<Settings> };

/** One local AWS for all benchmarks, and one tracker after the other on it. */
export class BenchRig {
  readonly cloud: Cloud;
  private readonly folder = mkdtempSync(join(tmpdir(), "tracker-bench-"));
  private readonly credential: { cert: string; key: string };
  private readonly thingArn: string;
  private flashes = 0;

  private constructor(cloud: Cloud) {
    this.cloud = cloud;
    this.thingArn = cloud.createThing(THING).thingArn;
    this.credential = cloud.issueTrackerCertificate(THING);
    cloud.createBucket(BUCKET);
  }

  static async start(): Promise<BenchRig> {
    return new BenchRig(await startCloud({ hooks: {} }));
  }

  async stop(): Promise<void> {
    await this.cloud.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** A tracker with this image in its primary slot, provisioned and still off. */
  async newTracker(
    image: Uint8Array,
    { settings, ...setup }: TrackerSetup = {},
  ): Promise<VirtualTracker> {
    const { broker, files } = this.cloud.endpoints;
    const flashPath = join(this.folder, `flash-${this.flashes++}.bin`);
    FlashFile.create(flashPath);
    const tracker = new VirtualTracker({
      ...setup,
      flashPath,
      credentials: {
        broker: { ca: this.cloud.ca, ...this.credential },
        files: { ca: this.cloud.ca },
      },
      resolve: (host) => {
        if (host === broker.hostName) return broker.port;
        return host.endsWith(".amazonaws.com") ? files.port : undefined;
      },
      resetsPerMinuteMax: 1000,
    });
    await tracker.flash({ slot0: image });
    await tracker.provision({
      thingName: THING,
      brokerHost: broker.hostName,
      brokerPort: 8883,
      imageHeader: "required",
      selfTestDeadlineMs: 15_000,
      startDelayMaxMs: 0,
      ...settings,
    });
    return tracker;
  }

  async newJob(
    order: Pick<JobOrder, "hex" | "version" | "changes" | "patches">,
  ): Promise<UpdateJob> {
    const job = new UpdateJob(this.cloud, {
      ...order,
      thingName: THING,
      thingArn: this.thingArn,
      bucket: BUCKET,
    });
    await job.create();
    return job;
  }

  /** Until the job is over, or `tracker` has ended for good. */
  async end(tracker: VirtualTracker, job: UpdateJob): Promise<JobState> {
    let ended = false;
    const onEnd = ({ restarts }: { readonly restarts: boolean }): void => {
      ended ||= !restarts;
    };
    tracker.on("cycleEnd", onEnd);
    try {
      const deadlineMs = Date.now() + RUN_MAX_MS;
      for (;;) {
        const state = await job.describe();
        if (isOver(state) || ended || Date.now() > deadlineMs) return state;
        await pause();
      }
    } finally {
      tracker.off("cycleEnd", onEnd);
    }
  }

  /** Until the tracker is connected and its question for a job is answered. */
  async idle(tracker: VirtualTracker): Promise<void> {
    const { hooks } = this.cloud;
    const asked = new Promise<void>((resolve) => {
      hooks.onTrackerMessage = ({ topic }) => {
        if (topic.endsWith("/jobs/start-next")) resolve();
        return undefined;
      };
    });
    let hasEnded = false;
    const ended = new Promise<void>((resolve) => {
      tracker.once("cycleEnd", () => {
        hasEnded = true;
        resolve();
      });
    });
    await tracker.powerOn();
    await Promise.race([asked, ended]);
    const before = tracker.traffic.broker.toTrackerBytes;
    while (!hasEnded && tracker.traffic.broker.toTrackerBytes === before) await pause();
    hooks.onTrackerMessage = undefined;
  }
}

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
