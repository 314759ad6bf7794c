import type { Settings } from "../../firmware/settings.ts";
import type { BootName } from "../../tools/image/formats.ts";
import type { Cloud } from "../cloud/cloud.ts";
import type { LinkProfile } from "../driver.ts";
import type { BoardName } from "../trackers/boards.ts";
import type { Fault } from "../trackers/virtual/faults.ts";
import type { CycleEnd } from "../trackers/virtual/power-cycle.ts";
import { VirtualTracker } from "../trackers/virtual/tracker.ts";
import { type JobOrder, UpdateJob } from "./job.ts";

const THING = "tracker-1";
const BUCKET = "fota-bucket";
/** On the bench nobody waits five minutes for a self-test. */
const SELF_TEST_DEADLINE_MS = 15_000;

export interface BenchOptions {
  readonly cloud: Cloud;
  /** The flash image; made, erased, if there is none. */
  readonly flashPath: string;
  readonly board?: BoardName;
  readonly boot?: BootName;
  readonly jail?: boolean;
  readonly faults?: readonly Fault[];
  readonly link?: LinkProfile;
  /** Asked at each connection to the broker; always in reach if left out. */
  readonly isBrokerInReach?: () => boolean;
  readonly restartsAfter?: (end: CycleEnd) => boolean;
}

/** One virtual tracker, known to a local cloud, and what a user's jobs for it need. */
export class Bench {
  readonly cloud: Cloud;
  readonly tracker: VirtualTracker;
  private readonly thingArn: string;

  constructor(options: BenchOptions) {
    const { cloud, flashPath } = options;
    const { broker, files } = cloud.endpoints;
    this.cloud = cloud;
    this.thingArn = cloud.createThing(THING).thingArn;
    cloud.createBucket(BUCKET);
    this.tracker = new VirtualTracker({
      flashPath,
      board: options.board ?? "linux",
      boot: options.boot ?? "mcuboot",
      jail: options.jail === true,
      faults: options.faults ?? [],
      ...(options.link && { link: options.link }),
      ...(options.restartsAfter && { restartsAfter: options.restartsAfter }),
      credentials: {
        broker: { ca: cloud.ca, ...cloud.issueTrackerCertificate(THING) },
        files: { ca: cloud.ca },
      },
      resolve: (host) => {
        if (host !== broker.hostName) {
          return host.endsWith(".amazonaws.com") ? files.port : undefined;
        }
        return options.isBrokerInReach?.() === false ? undefined : broker.port;
      },
    });
  }

  /** Tells the tracker where its cloud is. The power must be off. */
  async provision(settings: Partial<Settings>): Promise<void> {
    await this.tracker.provision({
      thingName: THING,
      brokerHost: this.cloud.endpoints.broker.hostName,
      brokerPort: 8883,
      selfTestDeadlineMs: SELF_TEST_DEADLINE_MS,
      startDelayMaxMs: 0,
      ...settings,
    });
  }

  newJob(order: Omit<JobOrder, "thingName" | "thingArn" | "bucket">): UpdateJob {
    const { thingArn } = this;
    return new UpdateJob(this.cloud, { thingName: THING, thingArn, bucket: BUCKET, ...order });
  }
}
