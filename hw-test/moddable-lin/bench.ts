import { createPrivateKey, X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { withTemporaryFolder } from "../../tools/command-line/temporary-folder.ts";
import { toHex } from "../../tools/image/hex.ts";
import { releaseFields } from "../../tools/image/release.ts";
import { type Cloud, startCloud } from "../cloud/cloud.ts";
import { isOver, type JobState, UpdateJob } from "../run/job.ts";
import { SdkTracker, slotBytes } from "./tracker.ts";

const THING = "tracker-1";
const BUCKET = "fota-bucket";
/** The certificates' name for where the cloud is: the tracker resolves it as any program does. */
const HOST = "localhost";
const POLL_MS = 200;
/** A run that has not ended by then never will. */
const RUN_MAX_MS = 10 * 60_000;
/** On the bench nobody waits five minutes for a self-test. */
const SELF_TEST_DEADLINE_MS = 30_000;
/** Longer records make a shorter file. */
const RECORD_BYTES = 32;

/** A tracker on the SDK's runtime and a local cloud, whose certificates that runtime's TLS takes. */
export class SdkBench {
  readonly cloud: Cloud;
  readonly tracker: SdkTracker;
  private readonly thingArn: string;

  constructor(cloud: Cloud, tracker: SdkTracker) {
    this.cloud = cloud;
    this.tracker = tracker;
    this.thingArn = cloud.createThing(THING).thingArn;
    cloud.createBucket(BUCKET);
  }

  /** Writes what docs/porting.md, "What is provisioned", lists. The power must be off. */
  provision(): void {
    const { ca, endpoints } = this.cloud;
    const { cert, key } = this.cloud.issueTrackerCertificate(THING, "RSA");
    const authority = new X509Certificate(ca).raw;
    this.tracker.provision({
      "tracker-fota": {
        board: JSON.stringify({ tls: "sdk", battery: { pin: 0 } }),
        settings: JSON.stringify({
          thingName: THING,
          brokerHost: HOST,
          brokerPort: endpoints.broker.port,
          slotAddresses: { primary: 0, secondary: slotBytes },
          selfTestDeadlineMs: SELF_TEST_DEADLINE_MS,
          startDelayMaxMs: 0,
        }),
      },
      "tracker-tls": {
        "broker-ca": authority,
        "files-ca": authority,
        certificate: new X509Certificate(cert).raw,
        "private-key": createPrivateKey(key).export({ type: "pkcs8", format: "der" }),
      },
    });
  }

  newJob(image: Uint8Array, version: string): UpdateJob {
    const id = `to-${version.replaceAll(/[.+]/g, "-")}`;
    const { port } = this.cloud.endpoints.files;
    return new UpdateJob(this.cloud, {
      id,
      thingName: THING,
      thingArn: this.thingArn,
      bucket: BUCKET,
      hex: toHex(image, { address: 0, recordBytes: RECORD_BYTES }),
      version,
      changes: {
        location: { url: `https://${HOST}:${port}/${BUCKET}/${id}` },
        ...releaseFields({ image, version }),
      },
    });
  }

  /** How the job stands when it is over, or when it takes too long. */
  async end(job: UpdateJob): Promise<JobState> {
    const deadlineMs = Date.now() + RUN_MAX_MS;
    for (;;) {
      const state = await job.describe();
      if (isOver(state) || Date.now() > deadlineMs) return state;
      await sleep(POLL_MS);
    }
  }
}

/** Runs `work` with a bench of its own, whose power is off and whose cloud is gone afterwards. */
export async function withSdkBench<T>(
  loader: string,
  work: (bench: SdkBench) => Promise<T>,
): Promise<T> {
  return withTemporaryFolder("tracker-sdk-", async (folder) => {
    const cloud = await startCloud();
    const tracker = new SdkTracker(loader, folder);
    try {
      return await work(new SdkBench(cloud, tracker));
    } finally {
      await tracker.powerOff();
      await cloud.stop();
    }
  });
}
