import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage } from "../../tools/build/image.ts";
import { type Cloud, startCloud } from "../cloud/cloud.ts";
import { BrokenInvariant } from "../desk/broken-invariant.ts";
import { UpdateJob } from "../run/job.ts";
import { VirtualTracker } from "../trackers/virtual/tracker.ts";
import { startTlsServer, type TlsServer } from "./tls-server.ts";
import type { XsCase } from "./xs-case.ts";

const THING = "tracker-1";
const BUCKET = "fota-bucket";
/** Refused once and tried again: then it is no chance. */
const REFUSALS = 2;
const WAIT_MAX_MS = 60_000;

/** A server that the tracker must not trust, in the place of the file server or of the broker. */
interface Impostor {
  readonly name: string;
  readonly as: "files" | "broker";
  /** Names in its certificate, beside nothing. */
  readonly hosts: readonly string[];
  /** The tracker knows its authority. */
  readonly isTrusted: boolean;
  readonly validUntil: Date;
}

const inTime = new Date("2049-01-01T00:00:00Z");
const filesHosts = ["*.s3.amazonaws.com", "*.amazonaws.com"];

const impostors: readonly Impostor[] = [
  { name: "wrong CA", as: "files", hosts: filesHosts, isTrusted: false, validUntil: inTime },
  {
    name: "wrong host",
    as: "files",
    hosts: ["files.example"],
    isTrusted: true,
    validUntil: inTime,
  },
  {
    name: "expired",
    as: "files",
    hosts: filesHosts,
    isTrusted: true,
    validUntil: new Date("2021-01-01T00:00:00Z"),
  },
  {
    name: "wrong CA",
    as: "broker",
    hosts: ["*.iot.eu-west-1.amazonaws.com"],
    isTrusted: false,
    validUntil: inTime,
  },
];

/** TLS that must be refused: not one byte of a request goes out, and the old image stays. */
export function tlsCases(): XsCase[] {
  return impostors.map((impostor) => ({
    campaign: "link",
    name: `TLS: ${impostor.name} (${impostor.as})`,
    run: () => runCase(impostor),
  }));
}

async function runCase(impostor: Impostor): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "tracker-tls-"));
  const cloud = await startCloud();
  let bytes = 0;
  const server = await startTlsServer({
    ...impostor,
    onConnection: (socket) => {
      socket.on("data", (chunk) => {
        bytes += chunk.length;
      });
    },
  });
  const tracker = newTracker(cloud, { impostor, server, flashPath: join(folder, "flash.bin") });
  try {
    await prepare(cloud, tracker);
    await tracker.powerOn();
    await refused(tracker, impostor.as);
    await tracker.stop();
    if (bytes > 0) throw new BrokenInvariant(`${bytes} bytes went to the impostor`);
    const { image } = tracker.flashFile.slot("image-0");
    if (image?.version !== "1.0.0") throw new BrokenInvariant(`${image?.version} runs`);
    return 0;
  } finally {
    await tracker.stop();
    server.close();
    await cloud.stop();
    rmSync(folder, { recursive: true });
  }
}

interface Parts {
  readonly impostor: Impostor;
  readonly server: TlsServer;
  readonly flashPath: string;
}

function newTracker(cloud: Cloud, { impostor, server, flashPath }: Parts): VirtualTracker {
  const { broker } = cloud.endpoints;
  const filesCa = impostor.isTrusted ? server.ca : cloud.ca;
  const isFiles = impostor.as === "files";
  return new VirtualTracker({
    flashPath,
    credentials: {
      broker: { ca: cloud.ca, ...cloud.issueTrackerCertificate(THING) },
      files: { ca: filesCa },
    },
    resolve: (host) => {
      const isBroker = host === broker.hostName;
      return isBroker && isFiles ? broker.port : server.port;
    },
  });
}

async function prepare(cloud: Cloud, tracker: VirtualTracker): Promise<void> {
  const old = await buildImage({ version: "1.0.0" });
  const { hex } = await buildImage({ version: "1.0.1" });
  await tracker.flash({ slot0: old.image });
  await tracker.provision({
    thingName: THING,
    brokerHost: cloud.endpoints.broker.hostName,
    brokerPort: 8883,
  });
  const { thingArn } = cloud.createThing(THING);
  cloud.createBucket(BUCKET);
  const order = { thingName: THING, thingArn, bucket: BUCKET, hex, version: "1.0.1" };
  await new UpdateJob(cloud, { ...order, document: undefined }).create();
}

/** Until the connection has been refused for its certificate, and tried again. */
function refused(tracker: VirtualTracker, as: Impostor["as"]): Promise<void> {
  return new Promise((resolve, reject) => {
    let count = 0;
    const late = setTimeout(() => reject(new BrokenInvariant("no refusal")), WAIT_MAX_MS);
    tracker.on("halted", reject);
    tracker.on("socketError", ({ target, reason }) => {
      if (target.security !== as || !/TLS|certificate/i.test(reason)) return;
      count += 1;
      if (count < REFUSALS) return;
      clearTimeout(late);
      resolve();
    });
  });
}
