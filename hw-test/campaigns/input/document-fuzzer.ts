import { Failure, failures } from "../../../firmware/failure.ts";
import { type JobDocument, parseJobDocument } from "../../../firmware/job/document.ts";
import type { JobExecution } from "../../../firmware/job/execution.ts";
import { Jobs, type JobsEvents } from "../../../firmware/job/jobs.ts";
import { BrokenInvariant } from "../../desk/broken-invariant.ts";
import { SECRET } from "../../desk/jobs-cloud.ts";
import type { Random } from "../../desk/random.ts";
import { VirtualClock } from "../../model/virtual-clock.ts";
import { deliverWhole } from "../../model/whole-message.ts";
import type { Fuzzer } from "./fuzzer.ts";
import { mutateBytes } from "./mutate.ts";

const documents = [
  {
    operation: "app_fw_update",
    size: 3752,
    filename: "1.0.1.hex",
    location: { protocol: "https", host: "fw.s3.amazonaws.com", path: "1.0.1.hex" },
    fwversion: "1.0.1",
  },
  {
    operation: "app_fw_update",
    size: "3752",
    location: { url: `https://fw.s3.amazonaws.com:443/1.0.1.hex?X-Amz-Signature=${SECRET}` },
    fwversion: "1.0.1+7",
    crc32: "0a1b2c3d",
    sha256: "ab".repeat(32),
    signature: Buffer.alloc(64, 7).toString("base64"),
    imageSize: 1364,
    hardware: "board-a",
    minVersion: "0.9.0",
  },
] as const;

/** Values that no template should have made, and some did. */
function oddValue(random: Random): unknown {
  return random.pick<unknown>([
    null,
    true,
    0,
    -1,
    1.5,
    1e21,
    2 ** 53,
    "",
    "0",
    "1e3",
    " 12",
    "x".repeat(random.below(4000)),
    "\u0000",
    "\ud800",
    "../../etc",
    "https://user:pw@host/x",
    "http://host/x",
    "https://host:99999/x",
    "https://host/a b",
    "https://host/a\r\nX: y",
    [],
    {},
    { __proto__: null, url: 1 },
    [[[[[]]]]],
  ]);
}

/** A job document with fields changed, taken out or added. */
export function anyDocument(random: Random): unknown {
  const document: Record<string, unknown> = structuredClone(random.pick(documents));
  for (let times = random.below(3); times > 0; times--) {
    const location = document["location"];
    const isInner = random.below(2) === 0 && typeof location === "object" && location !== null;
    const target = isInner ? (location as Record<string, unknown>) : document;
    const name = random.pick([...Object.keys(target), "location", "url", "size", "crc32"]);
    if (random.below(3) === 0) delete target[name];
    else target[name] = oddValue(random);
  }
  return document;
}

/** Documents as the service delivers them, whole or damaged, through the Jobs client. */
export const documentFuzzer: Fuzzer = {
  name: "document",
  count: 200_000,
  feed(random) {
    const execution = {
      jobId: "job-1",
      status: "IN_PROGRESS",
      versionNumber: 2,
      executionNumber: 1,
      jobDocument: anyDocument(random),
    };
    const jobs = new JobsUnderTest(random);
    const token = jobs.token;
    const body = { clientToken: token, timestamp: 1, execution };
    const sound = Buffer.from(JSON.stringify(body));
    const payload = random.below(2) === 0 ? sound : mutateBytes(sound, random);
    jobs.receive(payload);
    for (const line of jobs.log) {
      if (line.includes(SECRET)) throw new BrokenInvariant(`a secret in the log: ${line}`);
    }
  },
};

class JobsUnderTest implements JobsEvents {
  readonly log: string[] = [];
  token = "";
  private readonly jobs: Jobs;

  constructor(random: Random) {
    this.jobs = new Jobs({
      thing: "tracker-1",
      clock: new VirtualClock(),
      random: random.next,
      log: (line) => this.log.push(line),
      publish: (_topic, payload) => {
        this.token = (JSON.parse(payload) as { clientToken: string }).clientToken;
        return "taken";
      },
      onUnanswered: () => {},
      events: this,
    });
    this.jobs.startNext();
  }

  receive(payload: Uint8Array): void {
    deliverWhole(this.jobs, "$aws/things/tracker-1/jobs/start-next/accepted", payload);
  }

  onExecution(execution: JobExecution | undefined): void {
    if (execution === undefined) return;
    try {
      checkDocument(parseJobDocument(execution.jobId, execution.document));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (failures[error.code].status !== "REJECTED" || error.detail.includes(SECRET)) {
        throw new BrokenInvariant(`${error.code}: ${error.detail}`);
      }
    }
  }

  onOnline(): void {}
  onChanged(): void {}
  onNextChanged(): void {}
  onUpdated(): void {}
  onGone(): void {}
  onRejected(): void {}
}

/** What later stages rely on. */
function checkDocument({ size, version, location }: JobDocument): void {
  const { host, port, path } = location;
  const isSound =
    Number.isSafeInteger(size) &&
    size > 0 &&
    version.length > 0 &&
    /^[a-z0-9._-]+$/.test(host) &&
    port >= 1 &&
    port <= 65_535 &&
    /^\/[\x21-\x7e]*$/.test(path);
  if (!isSound) throw new BrokenInvariant(`taken: ${JSON.stringify({ size, version, location })}`);
}
