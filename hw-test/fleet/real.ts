import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage } from "../../tools/build/image.ts";
import { type Cloud, type CloudHooks, startCloud } from "../cloud/cloud.ts";
import { UpdateJob } from "../run/job.ts";
import { type BoardName, boards } from "../trackers/boards.ts";
import { VirtualTracker } from "../trackers/virtual/tracker.ts";
import { jobsRateOf } from "./meters.ts";

const BUCKET = "fleet-bucket";
const POLL_MS = 100;
/** A tracker that is not done by then, on a machine of two slow cores, is stuck. */
const TRACKER_MAX_MS = 30_000;

export interface RealOrder {
  readonly trackers: number;
  /** What each runs on, as a process of its own. */
  readonly board: BoardName;
}

/** One job on real processes over real TLS, from when it was made; sums over all trackers. */
export interface RealFigures {
  readonly trackers: number;
  readonly board: BoardName;
  readonly hexBytes: number;
  readonly startNext: number;
  readonly describe: number;
  readonly update: number;
  readonly shadow: number;
  readonly fileRequests: number;
  readonly connections: { readonly broker: number; readonly files: number };
  /** Inside TLS. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly seconds: number;
  /** Trackers by the version that runs, confirmed. */
  readonly running: Readonly<Record<string, number>>;
}

type Counts = Record<"startNext" | "describe" | "update" | "shadow" | "fileRequests", number>;

/** A rollout to trackers that are processes, by the local AWS: broker, Jobs and file server. */
export async function runReal({ trackers: count, board }: RealOrder): Promise<RealFigures> {
  const folder = mkdtempSync(join(tmpdir(), "real-fleet-"));
  const counts: Counts = { startNext: 0, describe: 0, update: 0, shadow: 0, fileRequests: 0 };
  const cloud = await startCloud({ hooks: counting(counts) });
  const trackers: VirtualTracker[] = [];
  try {
    const { code } = boards[board];
    const [from, to] = [
      await buildImage({ version: "1.0.0", code }),
      await buildImage({ version: "1.0.1", code }),
    ];
    const names = Array.from({ length: count }, (_, index) => `tracker-${index + 1}`);
    const things = names.map((name) => cloud.createThing(name).thingArn);
    cloud.createBucket(BUCKET);
    for (const name of names) {
      trackers.push(await newTracker({ cloud, board, name, folder }, from.image));
    }
    for (const tracker of trackers) await tracker.powerOn();
    await until(() => counts.startNext >= count && counts.shadow >= count, count);
    const before = { counts: { ...counts }, traffic: trafficOf(trackers) };
    const sinceMs = performance.now();
    const [thingArn = "", ...others] = things;
    const order = { thingName: "tracker-1", thingArn, bucket: BUCKET, hex: to.hex };
    const more = { targets: [thingArn, ...others] };
    await new UpdateJob(cloud, { ...order, version: "1.0.1", more }).create();
    const asked = before.counts.startNext + 2 * count;
    await until(
      () => trackers.every(isDone) && counts.startNext >= asked && counts.shadow >= 2 * count,
      count,
    );
    const after = trafficOf(trackers);
    const since = (name: keyof Counts): number => counts[name] - before.counts[name];
    return {
      trackers: count,
      board,
      hexBytes: to.hex.length,
      startNext: since("startNext"),
      describe: since("describe"),
      update: since("update"),
      shadow: since("shadow"),
      fileRequests: since("fileRequests"),
      connections: {
        broker: after.broker - before.traffic.broker,
        files: after.files - before.traffic.files,
      },
      bytesUp: after.up - before.traffic.up,
      bytesDown: after.down - before.traffic.down,
      seconds: Math.round((performance.now() - sinceMs) / 1000),
      running: runningOf(trackers),
    };
  } finally {
    await Promise.all(trackers.map((tracker) => tracker.stop()));
    await cloud.stop();
    rmSync(folder, { recursive: true });
  }
}

function counting(counts: Counts): CloudHooks {
  return {
    onTrackerMessage({ topic }) {
      const rate = jobsRateOf(topic);
      if (rate === "startNext" || rate === "describe" || rate === "update") counts[rate] += 1;
      if (topic.endsWith("/shadow/update")) counts.shadow += 1;
      return undefined;
    },
    onFileRequest() {
      counts.fileRequests += 1;
      return undefined;
    },
  };
}

interface Place {
  readonly cloud: Cloud;
  readonly board: BoardName;
  readonly name: string;
  readonly folder: string;
}

async function newTracker(
  { cloud, board, name, folder }: Place,
  image: Uint8Array,
): Promise<VirtualTracker> {
  const { broker, files } = cloud.endpoints;
  const { ca } = cloud;
  const tracker = new VirtualTracker({
    flashPath: join(folder, `${name}.flash`),
    board,
    credentials: { broker: { ca, ...cloud.issueTrackerCertificate(name) }, files: { ca } },
    resolve: (host) => (host === broker.hostName ? broker.port : files.port),
  });
  await tracker.flash({ slot0: image });
  await tracker.provision({
    thingName: name,
    brokerHost: broker.hostName,
    brokerPort: 8883,
    selfTestDeadlineMs: 120_000,
    startDelayMaxMs: 0,
  });
  return tracker;
}

function isDone({ consoleLines }: VirtualTracker): boolean {
  return consoleLines.some(({ text }) => text === "update: reporting -> idle");
}

function trafficOf(
  trackers: readonly VirtualTracker[],
): Record<"broker" | "files" | "up" | "down", number> {
  const sums = { broker: 0, files: 0, up: 0, down: 0 };
  for (const { traffic } of trackers) {
    for (const server of ["broker", "files"] as const) {
      sums[server] += traffic[server].connections;
      sums.up += traffic[server].fromTrackerBytes;
      sums.down += traffic[server].toTrackerBytes;
    }
  }
  return sums;
}

function runningOf(trackers: readonly VirtualTracker[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { bootReading } of trackers) {
    const { version, confirmed } = bootReading;
    const words = `${version}${confirmed ? "" : " on trial"}`;
    counts[words] = (counts[words] ?? 0) + 1;
  }
  return counts;
}

/** @throws Error when that takes longer than so many trackers may */
async function until(isOver: () => boolean, trackers: number): Promise<void> {
  const endMs = performance.now() + 60_000 + trackers * TRACKER_MAX_MS;
  while (!isOver()) {
    if (performance.now() > endMs) throw new Error("trackers are stuck");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
