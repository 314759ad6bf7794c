import { config } from "../../firmware/config.ts";
import { BrokenInvariant } from "../desk/broken-invariant.ts";
import { trackerMap } from "../desk/geometries.ts";
import { PATCH_CHUNK_BYTES } from "../desk/images.ts";
import { SECRET } from "../desk/jobs-cloud.ts";
import type { Plan } from "../desk/plan.ts";
import { exchangesMax, waitsMax } from "../model/download-bounds.ts";
import { allowedCodes, asksForTime } from "./http-faults.ts";
import type { JobEnd, Outcome } from "./outcome.ts";

/**
 * After the last fault: connections and resets that the client may still need to finish. A job resets
 * for its swap, and for its revert.
 */
export const ATTEMPTS_MAX = 16;
export const RESETS_PER_JOB_MAX = 2;

/** A page that is broken shows when it is written; SWAP_REQUEST tells of the trailer's. */
const brokenPageCodes = ["FLASH_ERASE", "FLASH_WRITE", "SWAP_REQUEST"];
/** A bit that changes later shows when the slot is read back, or when the bootloader refuses it. */
const changedBitCodes = [
  "FLASH_WRITE",
  "READ_BACK",
  "IMAGE_SHA256",
  "IMAGE_HEADER",
  "SWAP_REQUEST",
  "SWAP_REFUSED",
  "SWAP_NOT_TAKEN",
];

/**
 * What must hold after every case, whatever was done to the tracker. That there was a bootable image
 * at every instant, and that it was one that was flashed or served, is checked at each boot.
 * @throws BrokenInvariant
 */
export function checkInvariants(plan: Plan, outcome: Outcome): void {
  // An image that crashes before its client runs: nothing of ours is left to do anything about it.
  if (outcome.isRevertLost && outcome.running.flavour === "crash") return;
  checkTruth(outcome);
  checkShadow(plan, outcome);
  checkEnds(plan, outcome);
  checkEffort(plan, outcome);
  checkWear(plan, outcome);
  checkBytes(plan, outcome);
  checkPatches(plan, outcome);
  checkSecrets(outcome);
}

/** Each job ends in the state that is true. */
function checkTruth({ jobs, running }: Outcome): void {
  const succeeded = jobs.findLastIndex(({ status }) => status === "SUCCEEDED");
  const claimed = jobs[succeeded]?.version ?? "1.0.0";
  // What was taken from the tracker may have been confirmed just before.
  const isOpen = jobs.some(
    ({ status, version }, index) =>
      index > succeeded && withdrawn.has(status) && version === running.version,
  );
  require(running.version === claimed || isOpen, `${jobs.map(told)}, yet ${running.version} runs`);
}

/** The shadow says what runs, and how the last job that the tracker ended has ended. */
function checkShadow(plan: Plan, { running, shadow, jobs, faults, cuts, resets }: Outcome): void {
  if (plan.bits.some(({ kind }) => kind === "storeError")) return;
  if (shadow === undefined) {
    const lost = faults + cuts + resets;
    require(lost >= SHADOW_ATTEMPTS, `no shadow after ${lost} lost connections at most`);
    return;
  }
  require(shadow.version === running.version, `shadow: ${shadow.version}, not ${running.version}`);
  const { result } = shadow;
  const isTold = jobs.some(({ status }) => toldByTracker.has(status));
  require(result !== undefined || !isTold, "shadow: no result, and a job has ended");
  const known = jobs.findLast(({ jobId }) => jobId === result?.jobId);
  if (result === undefined || known === undefined || withdrawn.has(known.status)) return;
  require(result.status === known.status, `shadow: ${result.status}, and ${told(known)}`);
}

/** As often as the firmware tries (update/shadow-report.ts). */
const SHADOW_ATTEMPTS = 3;

const toldByTracker: ReadonlySet<string> = new Set(["SUCCEEDED", "FAILED", "REJECTED"]);

const withdrawn: ReadonlySet<string> = new Set(["CANCELED", "TIMED_OUT", "REMOVED", "DELETED"]);

/** Each job ends in a way that this plan allows. */
function checkEnds(plan: Plan, outcome: Outcome): void {
  for (const [index, job] of outcome.jobs.entries()) {
    // What is done to the first one may meet another job with its id.
    const isMeant = job.jobId === outcome.jobs[0]?.jobId;
    const allowed = index === 0 ? allowedEnds(plan) : ["SUCCEEDED"];
    if (index > 0 && isMeant) allowed.push(...endsOfActions(plan));
    if (outcome.cutInTrial || hasLongSilence(plan)) allowed.push("REVERTED");
    const end = job.status === "FAILED" ? (job.details["reason"] ?? "FAILED") : job.status;
    require(allowed.includes(end), `${told(job)}: only ${allowed.join(", ")} may come of this`);
  }
}

function allowedEnds(plan: Plan): string[] {
  const ends = [plan.image === "good" ? "SUCCEEDED" : "REVERTED"];
  for (const { kind, count } of plan.http) ends.push(...allowedCodes(kind, count));
  for (const { kind } of plan.bits) {
    if (kind === "storeError") ends.push("STORE", "REVERTED");
    else ends.push(...(kind === "flip" ? changedBitCodes : brokenPageCodes));
  }
  return [...ends, ...endsOfActions(plan)];
}

function endsOfActions({ actions }: Plan): string[] {
  const ends: string[] = [];
  for (const { action } of actions) {
    if (["cancel", "cancelJob", "replace"].includes(action)) ends.push("CANCELED");
    if (["delete", "deleteJob", "reuse"].includes(action)) ends.push("DELETED");
    if (action === "timeOut") ends.push("TIMED_OUT");
    // What is there now is not what was signed.
    if (action === "newFile") ends.push("IMAGE_SHA256");
  }
  return ends;
}

/**
 * Whether a self-test may miss its deadline of 300 s: a broker that is away, or a link that is silent,
 * which takes the keep-alive (240 s) and its answer's time (60 s) to be noticed, or more than once.
 */
function hasLongSilence({ outages, packets }: Plan): boolean {
  let silentS = 0;
  for (const { server, forS } of outages) if (server === "broker") silentS += forS;
  for (const { fate } of packets) {
    if (fate === "stall") silentS += NOTICED_AFTER_S;
    if (fate === "delay") silentS += LATE_S;
  }
  return silentS > SELF_TEST_S - CONNECT_S;
}

const SELF_TEST_S = 300;
const NOTICED_AFTER_S = 302;
const LATE_S = 45;
/** To connect, subscribe and ask, with the waits before. */
const CONNECT_S = 35;

/** Once faults stop, it finishes within bounds. */
function checkEffort(plan: Plan, outcome: Outcome): void {
  const { attemptsAfterFaults, resetsAfterFaults, jobs, cuts } = outcome;
  require(attemptsAfterFaults <= ATTEMPTS_MAX, `${attemptsAfterFaults} connections after faults`);
  // Without a note of the swap request, for a cut or a store that took none, the image is tried once
  // more: after a cut, the first swap needs no reset of ours.
  const isStoreBroken = plan.bits.some(({ kind }) => kind === "storeError");
  const again = isStoreBroken ? 2 : Math.min(cuts, 1);
  const resetsMax = jobs.length * RESETS_PER_JOB_MAX + again;
  require(resetsAfterFaults <= resetsMax, `${resetsAfterFaults} resets after faults`);
  checkRequests(plan, outcome);
}

/** A patch is given up for a server that misbehaves, flash that does, or another file, and for nothing else. */
function checkPatches(plan: Plan, { jobs }: Outcome): void {
  if (mayFallBack(plan)) return;
  for (const { details } of jobs) {
    require(details["patchFailure"] === undefined, `a patch given up: ${details["patchFailure"]}`);
  }
}

function mayFallBack({ way, http, bits, actions }: Plan): boolean {
  const isNew = actions.some(({ action }) => action === "newFile");
  // What a good client gets over costs no patch either.
  const isBad = http.some(({ kind, count }) => allowedCodes(kind, count).length > 0);
  return way !== "hex" && (isBad || bits.length > 0 || isNew);
}

/** Files of a job: its patch, and its HEX file behind it. */
function filesOf(plan: Plan): number {
  return mayFallBack(plan) ? 2 : 1;
}

/** Whatever the file server does: each boot, and each job, begins at most one download. */
function checkRequests(plan: Plan, { boots, jobs, hexBytes, requests }: Outcome): void {
  const { rangeBytes } = config;
  const isPatient = plan.http.some(({ kind }) => asksForTime(kind));
  // Else only a link that goes silent has it wait, once for each time.
  const unused = isPatient ? 0 : waitsMax() - plan.files.length - plan.outages.length;
  const perDownload = exchangesMax({ size: hexBytes, rangeBytes }) - unused;
  const allowed = (boots + jobs.length) * perDownload * filesOf(plan);
  require(requests <= allowed, `${requests} requests for files, ${allowed} are allowed`);
}

/**
 * A page is erased once, and once more for each cut and each file begun anew; and page 0 for each
 * image that has failed its checks, so that it is none any more.
 */
function checkWear(plan: Plan, { erasesMax, cuts, jobs }: Outcome): void {
  const refused = jobs.filter(({ details }) => checking.has(details["phase"] ?? ""));
  const allowed = jobs.length * filesOf(plan) + cuts + restartsOf(plan) + refused.length;
  require(erasesMax <= allowed, `a page was erased ${erasesMax} times, ${allowed} are allowed`);
}

/** Phases in which the slot is checked. */
const checking: ReadonlySet<string> = new Set(["verifying", "armed"]);

/**
 * Bytes again: one page of HEX or one chunk of a patch for a cut, nothing for a drop, the file for a file
 * begun anew.
 */
function checkBytes(plan: Plan, outcome: Outcome): void {
  const { deliveredBytes, hexBytes, patchBytes, cuts, requests, jobs } = outcome;
  const { blockLength } = trackerMap(plan.map).slot;
  const isPatched = plan.way !== "hex" && !mayFallBack(plan);
  const pageHexBytes = plan.order === "pages" ? hexBytes : Math.ceil(blockLength * 2.75) + 100;
  const againBytes = isPatched ? patchAgainBytes(blockLength) : pageHexBytes;
  const first = isPatched ? patchBytes : hexBytes + patchBytes;
  const files = jobs.length + restartsOf(plan) + failedRepliesOf(plan);
  const isHuge = plan.http.some(({ kind }) => kind === "huge-head");
  const heads =
    HEAD_BYTES * requests + (isHuge ? FAILED_REPLIES_MAX * HUGE_HEAD_BYTES * filesOf(plan) : 0);
  // A job behind the first brings a patch of the factory image, which may not run any more.
  const allowed =
    first + (hexBytes + patchBytes) * (files - 1) + heads + cuts * (againBytes + IN_FLIGHT_BYTES);
  require(deliveredBytes <= allowed, `${deliveredBytes} bytes, ${allowed} are allowed`);
  const { deliveredInVain } = outcome;
  require(deliveredInVain <= ROUND_TRIP_BYTES, `${deliveredInVain} bytes after the job's end`);
}

/**
 * From the start of the chunk in which the last page came to its end: what makes a page at most, and a
 * chunk; deflated they are no longer than that, and what frames them.
 */
function patchAgainBytes(pageBytes: number): number {
  return pageBytes + PATCH_CHUNK_BYTES + 100;
}

/** What arrives until a notice has come and the question about it is answered, on a quick link. */
const ROUND_TRIP_BYTES = 60_000;
/** A response head, and what had been received but not written when the power went. */
const HEAD_BYTES = 400;
/** One that is refused: `config.headerMaxBytes`, and what came with it. */
const HUGE_HEAD_BYTES = 9400;
const IN_FLIGHT_BYTES = 1460 + 600;

/** Bodies that come with a bad head, until the attempts are used up (config.downloadAttemptMax). */
const FAILED_REPLIES_MAX = 8;

/** A patch that is another has another length, which its head says. */
function failedRepliesOf(plan: Plan): number {
  return plan.http.length > 0 || (mayFallBack(plan) && plan.bits.length === 0)
    ? FAILED_REPLIES_MAX
    : 0;
}

/** Times the file may begin again: it has changed, or a server cannot do ranges. */
function restartsOf({ http, actions, files }: Plan): number {
  const isNew = actions.some(({ action }) => action === "newFile");
  return (http.length > 0 ? 3 : 0) + (isNew ? 1 : 0) + (http.length > 0 ? files.length : 0);
}

function checkSecrets({ log, jobs }: Outcome): void {
  const texts = [...log, ...jobs.flatMap(({ details }) => Object.values(details))];
  const leak = texts.find((text) => text.includes(SECRET) || /X-Amz/i.test(text));
  require(leak === undefined, `a secret in: ${leak}`);
}

function told(job: JobEnd): string {
  const reason = job.details["reason"];
  return `${job.jobId} ${job.status}${reason === undefined ? "" : ` (${reason})`}`;
}

function require(holds: boolean, otherwise: string): void {
  if (!holds) throw new BrokenInvariant(otherwise);
}
