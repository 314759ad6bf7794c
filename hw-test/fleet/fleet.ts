import { isPending } from "../cloud/jobs/execution.ts";
import { BrokerModel } from "../desk/broker.ts";
import { Restart } from "../desk/device.ts";
import { FileStore } from "../desk/file-store.ts";
import { type Firmwares, firmwaresFor } from "../desk/firmwares.ts";
import { type TrackerMap, trackerMap } from "../desk/geometries.ts";
import type { Flavour } from "../desk/images.ts";
import { JobsCloud } from "../desk/jobs-cloud.ts";
import { cleanPlan } from "../desk/plan.ts";
import { Random } from "../desk/random.ts";
import type { LinkProfile } from "../driver.ts";
import { httpReply } from "../model/http-reply.ts";
import type { HttpReply, HttpRequest } from "../model/http-server.ts";
import { VirtualClock } from "../model/virtual-clock.ts";
import { Cell } from "./air.ts";
import { jobsRateOf, newMeters } from "./meters.ts";
import { quotas } from "./quotas.ts";
import { FleetTracker, type World } from "./tracker.ts";

export interface FleetOptions {
  readonly trackers: number;
  readonly profile: LinkProfile;
  /** How the image behaves that the job brings. */
  readonly flavour: Flavour;
  /** Name of the slots' geometry (desk/geometries.ts); it decides how large the image is. */
  readonly map: string;
  /** So many trackers share so many bits per second; each has the profile's if left out. */
  readonly cell?: { readonly trackers: number; readonly bitsPerSecond: number } | undefined;
  /** Executions made in a minute where the job does not say; AWS's 1,000 if left out. */
  readonly perMinute?: number | undefined;
  /** Requests of a kind that the Jobs service takes in a second; AWS's quota if left out. */
  readonly jobsPerSecond?: number | undefined;
}

/** The trackers have been switched on at some time within so long before the run. */
const SWITCHED_ON_MS = 600_000;
/** A run that takes longer, from the first tracker on, is stuck. */
const RUN_MAX_MS = 7 * 24 * 3600_000;

/** Sums over the fleet since its start. */
export interface Tally {
  readonly broker: number;
  readonly files: number;
  readonly busyAnswers: number;
  readonly throttledRequests: number;
  readonly reverts: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly radioMs: number;
}

/** Whole clients in one virtual time, with one broker, one Jobs service and one file server. */
export class Fleet {
  readonly clock = new VirtualClock();
  readonly meters = newMeters();
  readonly trackers: readonly FleetTracker[];
  readonly cloud: JobsCloud;
  readonly firmwares: Firmwares;
  /** The file server answers 503 whatever it is asked. */
  isFileServerBusy = false;
  private busyAnswers = 0;
  private throttledRequests = 0;
  private readonly connections = { broker: 0, files: 0 };
  private isBrokerUp = true;
  private readonly broker: BrokerModel;
  private readonly jobsPerSecond: number | undefined;
  private readonly files: FileStore;
  private readonly touched = new Set<FleetTracker>();
  private restarting: FleetTracker | undefined;

  constructor(options: FleetOptions) {
    const map = trackerMap(options.map);
    this.jobsPerSecond = options.jobsPerSecond;
    this.firmwares = firmwaresFor(map, { ...cleanPlan, image: options.flavour });
    const { trackers: count, perMinute } = options;
    const things = Array.from({ length: count }, (_, index) => `tracker-${index + 1}`);
    const isThrottled = (topic: string) => this.isThrottled(topic);
    const audience = { things, isThrottled, ...(perMinute !== undefined && { perMinute }) };
    this.cloud = new JobsCloud(
      this.clock,
      ({ thingName, topic, body }) =>
        this.broker.publish(`$aws/things/${thingName}/jobs/${topic}`, JSON.stringify(body)),
      audience,
    );
    this.broker = new BrokerModel({ clock: this.clock, cloud: this.cloud, fate: () => "pass" });
    this.files = new FileStore(this.cloud);
    this.files.put(this.firmwares.offered);
    this.trackers = this.newTrackers(options, map);
  }

  /** Switches all trackers on, and waits until they are there. */
  begin(): void {
    const random = new Random(1);
    for (const tracker of this.trackers) {
      this.clock.alarm(random.below(SWITCHED_ON_MS), () => tracker.powerOn(false));
    }
    this.runFor(SWITCHED_ON_MS + 60_000);
  }

  runFor(durationMs: number): void {
    const endMs = this.clock.nowMs() + durationMs;
    if (endMs > RUN_MAX_MS) throw new Error("the fleet is stuck");
    let isOver = false;
    this.clock.alarm(durationMs, () => {
      isOver = true;
    });
    while (!isOver) this.step();
  }

  after(delayMs: number, action: () => void): void {
    this.clock.alarm(delayMs, action);
  }

  /** The broker goes down and takes all connections with it, and comes back with its sessions. */
  restartBroker(downMs: number): void {
    this.isBrokerUp = false;
    for (const tracker of this.trackers) tracker.breakBroker();
    this.clock.alarm(downMs, () => {
      this.isBrokerUp = true;
    });
  }

  /** All lose power, and get it back in the same second. */
  cutPower(offMs: number): void {
    const hit = this.trackers.filter(({ isOn }) => isOn);
    for (const tracker of hit) tracker.powerOff();
    this.clock.alarm(offMs, () => {
      for (const tracker of hit) tracker.powerOn(true);
    });
  }

  /** Every execution of the job has ended, and no more will be made. */
  isOver(jobId: string): boolean {
    const { status } = this.cloud.job(jobId);
    if (status !== "CANCELED") return status === "COMPLETED";
    return this.cloud.executions(jobId).every((execution) => !isPending(execution));
  }

  tally(): Tally {
    const { busyAnswers, throttledRequests, trackers } = this;
    const sum = (value: (tracker: FleetTracker) => number) =>
      trackers.reduce((total, tracker) => total + value(tracker), 0);
    return {
      ...this.connections,
      busyAnswers,
      throttledRequests,
      reverts: sum(({ reverts }) => reverts),
      bytesUp: sum(({ air }) => air.bytesUp),
      bytesDown: sum(({ air }) => air.bytesDown),
      radioMs: sum(({ air }) => air.radioMs),
    };
  }

  private step(): void {
    try {
      this.clock.step();
      for (const tracker of this.touched) {
        while (tracker.serve());
        this.touched.delete(tracker);
      }
    } catch (error) {
      if (!(error instanceof Restart) || this.restarting === undefined) throw error;
      this.restarting.reset();
      this.restarting = undefined;
    }
  }

  private newTrackers(options: FleetOptions, map: TrackerMap): FleetTracker[] {
    const { clock } = this;
    const { profile } = options;
    const { trackers: sharers, bitsPerSecond } = options.cell ?? { trackers: 1, ...profile };
    let cell = new Cell(clock, bitsPerSecond);
    const world: World = {
      clock,
      profile,
      map,
      factoryImage: this.firmwares.old.image,
      broker: this.broker,
      isBrokerUp: () => this.isBrokerUp,
      fileReply: (request) => this.fileReply(request),
      onConnection: (server) => {
        this.connections[server] += 1;
        if (server === "broker") this.meters.connects.add(clock.nowMs());
      },
      onBrokerPacket: (direction, name) => this.countPacket(direction, name),
      onTouched: (tracker) => this.touched.add(tracker),
      onRestart: (tracker) => {
        this.restarting = tracker;
      },
    };
    return Array.from({ length: options.trackers }, (_, index) => {
      if (index % sharers === 0) cell = new Cell(clock, bitsPerSecond);
      return new FleetTracker(world, { index, cell });
    });
  }

  private countPacket(direction: "up" | "down", name: string): void {
    if (!name.startsWith("$aws/")) return;
    this.meters[direction === "up" ? "publishesIn" : "publishesOut"].add(this.clock.nowMs());
  }

  /** AWS lets an account have so many requests of a kind in a second, whichever tracker asks. */
  private isThrottled(topic: string): boolean {
    const rate = jobsRateOf(topic);
    if (rate === undefined) return false;
    const nowMs = this.clock.nowMs();
    const meter = this.meters[rate];
    meter.add(nowMs);
    if (meter.inSecond(nowMs) <= (this.jobsPerSecond ?? quotas[rate].perSecond)) return false;
    this.throttledRequests += 1;
    return true;
  }

  /** S3 answers so many requests of a prefix in a second, and 503 to the others. */
  private fileReply(request: HttpRequest): HttpReply {
    const nowMs = this.clock.nowMs();
    const { fileRequests } = this.meters;
    fileRequests.add(nowMs);
    const isOverLimit = fileRequests.inSecond(nowMs) > quotas.fileRequests.perSecond;
    if (!this.isFileServerBusy && !isOverLimit) return this.files.reply(request);
    this.busyAnswers += 1;
    return httpReply({ status: "503 Slow Down" });
  }
}
