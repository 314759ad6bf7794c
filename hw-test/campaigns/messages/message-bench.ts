import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage } from "../../../tools/build/image.ts";
import { BrokenInvariant } from "../../desk/broken-invariant.ts";
import { VirtualTracker } from "../../trackers/virtual/tracker.ts";
import { ScriptedBroker } from "./scripted-broker.ts";

const THING = "tracker-1";
const WAIT_MAX_MS = 120_000;

/** A virtual tracker on the XS engine with its memory limits, and a broker that says anything. */
export class MessageBench {
  readonly broker: ScriptedBroker;
  readonly tracker: VirtualTracker;
  /** Rejects when the tracker ends, for whatever reason. */
  private readonly ended: Promise<never>;

  private constructor(tracker: VirtualTracker, broker: ScriptedBroker) {
    this.tracker = tracker;
    this.broker = broker;
    this.ended = new Promise((_, reject) => {
      tracker.on("cycleEnd", ({ end, detail }) =>
        reject(new BrokenInvariant(`the tracker was reset: ${end} ${detail}`)),
      );
    });
    // Nobody may be waiting when it comes.
    this.ended.catch(() => {});
  }

  /** Runs `work` with a tracker that is connected, and takes all down behind it. */
  static async run(work: (bench: MessageBench) => Promise<void>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "tracker-messages-"));
    const broker = new ScriptedBroker(THING);
    const server = await broker.start();
    const tracker = new VirtualTracker({
      flashPath: join(folder, "flash.bin"),
      credentials: {
        broker: { ca: server.ca, ...server.clientCertificate(THING) },
        files: { ca: server.ca },
      },
      // No file server: a job that is taken stays in its download.
      resolve: (host) => (host === broker.host ? server.port : undefined),
      restartsAfter: () => false,
    });
    try {
      await prepare(tracker, broker.host);
      const bench = new MessageBench(tracker, broker);
      await Promise.all([bench.inTime(broker.online()), tracker.powerOn()]);
      await work(bench);
    } finally {
      await tracker.stop();
      broker.stop();
      rmSync(folder, { recursive: true });
    }
  }

  /** `work`, unless the tracker ends before, or it takes too long. */
  readonly inTime = async <T>(work: Promise<T>): Promise<T> => {
    let late: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new BrokenInvariant("no answer")), WAIT_MAX_MS);
    });
    return Promise.race([work, this.ended, tooLate]).finally(() => clearTimeout(late));
  };
}

async function prepare(tracker: VirtualTracker, brokerHost: string): Promise<void> {
  const { image } = await buildImage({ version: "1.0.0" });
  await tracker.flash({ slot0: image });
  await tracker.provision({
    thingName: THING,
    brokerHost,
    brokerPort: 8883,
    failedJobWaitMaxMs: 0,
    startDelayMaxMs: 0,
  });
}
