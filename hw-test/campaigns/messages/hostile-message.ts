import type { Random } from "../../desk/random.ts";
import { anyDocument } from "../input/document-fuzzer.ts";
import { writeJson } from "../input/json-writer.ts";
import { mutateBytes } from "../input/mutate.ts";
import type { Heard } from "./scripted-broker.ts";

export interface HostileMessage {
  /** Without `$aws/things/NAME/jobs/`. */
  readonly topic: string;
  readonly payload: Uint8Array;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * `heard` is the tracker's last request. What the Jobs service, or whoever may publish in its name, could say at its worst: sound messages
 * with names that come once, jobs that are none, values of any length and depth, and plain damage.
 */
export function hostileMessage(random: Random, heard: Heard | undefined): HostileMessage {
  const isReply = heard !== undefined && random.below(2) === 0;
  const topic = isReply ? `${heard.topic}/accepted` : anyTopic(random, heard);
  const text = random.below(12) === 0 ? random.pick(shapes)(random) : said(random, heard, isReply);
  const bytes = new TextEncoder().encode(text);
  return { topic, payload: random.below(4) === 0 ? mutateBytes(bytes, random) : bytes };
}

/** `count` names that have not been there before, and hardly will be again. */
export function newNames(random: Random, count: number): Record<string, number> {
  const names: Record<string, number> = {};
  for (let at = 0; at < count; at += 1) {
    names[`${random.next().toString(36).slice(2)}${"n".repeat(random.below(30))}`] = at;
  }
  return names;
}

function anyTopic(random: Random, heard: Heard | undefined): string {
  const job = random.pick(["$next", "j1", "job-of-another", heard?.topic.split("/")[0] ?? "j1"]);
  const outcome = random.pick(["accepted", "rejected", "accepted", "maybe"]);
  return random.pick([
    "notify-next",
    "notify-next",
    `start-next/${outcome}`,
    `${job}/get/${outcome}`,
    `${job}/update/${outcome}`,
    `${heard?.topic ?? "start-next"}/${outcome}`,
    `${heard?.topic ?? "start-next"}/${outcome}`,
  ]);
}

/** A message in the service's own form. */
function said(random: Random, heard: Heard | undefined, isReply: boolean): string {
  // A request that was rejected is repeated only seconds later: mostly it goes on.
  const isToOther = !isReply && random.below(10) > 0;
  const isUpdate = heard?.topic.endsWith("/update") === true;
  const ofItsKind = isUpdate ? anyState : anyExecution;
  const anything = random.pick([anyExecution, anyState, anyRejection]);
  const body: Fields = {
    clientToken: isToOther ? "another" : (heard?.token ?? "none"),
    timestamp: 1_760_000_000 + random.below(1_000_000),
    ...(isReply ? ofItsKind : anything)(random),
    ...newNames(random, random.pick([0, 0, 3, 40])),
  };
  return random.below(2) === 0 ? JSON.stringify(body) : writeJson(body, random);
}

function anyExecution(random: Random): Fields {
  const jobDocument = { ...(anyDocument(random) as Fields), ...newNames(random, 5) };
  const execution = {
    jobId: random.pick(["j1", `j${random.below(1e9)}`, "x".repeat(64)]),
    status: random.pick(["QUEUED", "IN_PROGRESS", "IN_PROGRESS", "SUCCEEDED", "odd"]),
    queuedAt: 1_760_000_000,
    versionNumber: random.pick([1, 2, random.below(1e9)]),
    executionNumber: random.pick([1, 2]),
    statusDetails: newNames(random, random.pick([0, 10])),
    jobDocument,
  };
  return random.below(8) === 0 ? {} : { execution };
}

function anyState(random: Random): Fields {
  const status = random.pick(["IN_PROGRESS", "SUCCEEDED", "CANCELED", "odd"]);
  return { executionState: { status, versionNumber: 1 + random.below(20) } };
}

function anyRejection(random: Random): Fields {
  const code = random.pick([
    "InvalidTopic",
    "InvalidRequest",
    "InvalidStateTransition",
    "ResourceNotFound",
    "VersionMismatch",
    "TerminalStateReached",
    "RequestThrottled",
    "\u001b[2J\nforged",
  ]);
  return { code, message: "m\n".repeat(random.below(200)) };
}

/** Nothing that a service says. */
const shapes: readonly ((random: Random) => string)[] = [
  (random) => "[".repeat(random.below(20_000)),
  (random) => `${'{"a":'.repeat(random.below(5000))}1`,
  (random) => `{"execution":{"jobId":"${"j".repeat(random.below(100_000))}"}}`,
  (random) => `{"timestamp":${"9".repeat(random.below(10_000))}}`,
  (random) => JSON.stringify(newNames(random, 400)),
  (random) => JSON.stringify({ execution: { jobDocument: newNames(random, 400) } }),
  (random) => `{"${"\\u0061".repeat(random.below(5000))}":1}`,
  (random) => Buffer.from(random.bytes(random.below(600))).toString("latin1"),
  () => "",
];
