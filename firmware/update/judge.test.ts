import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Evidence, judgeReset, type Verdict } from "./judge.ts";
import type { Stage, UpdateRecord } from "./record.ts";

const OLD = "old-image";
const NEW = "new-image";

function record(stage: Stage, image = NEW): UpdateRecord {
  return {
    jobId: "job",
    executionNumber: 1,
    queuedAt: 1_760_000_000,
    fingerprint: 1,
    version: "1.0.1",
    stage,
    from: OLD,
    image,
    reason: "",
    counter: 0,
    begun: true,
    resets: 0,
    reached: 0,
    patchFailure: "",
  };
}

const isSwapRequested = false;
/** As MCUboot has it. */
const lastTrial = undefined;
const oldRuns: Evidence = {
  boot: "confirmed",
  isSwapRequested,
  lastTrial,
  primary: OLD,
  secondary: "",
};
const oldRunsAgain: Evidence = { ...oldRuns, secondary: NEW };
const oldRunsUnasked: Evidence = { ...oldRunsAgain, isSwapRequested: true };
const oldOnTrial: Evidence = { ...oldRunsAgain, boot: "unconfirmed" };
const newOnTrial: Evidence = { ...oldRuns, boot: "unconfirmed", primary: NEW, secondary: OLD };
const newConfirmed: Evidence = { ...newOnTrial, boot: "confirmed" };
/** As ESP-IDF has it: the new image stays where it is, and the bootloader keeps notes. */
const oldNoted: Evidence = { ...oldRunsAgain, lastTrial: "reverted" };
const oldRefused: Evidence = { ...oldRunsAgain, lastTrial: "refused" };
const oldUnknown: Evidence = { ...oldRunsAgain, lastTrial: "unknown" };
const otherRuns: Evidence = { ...oldRuns, primary: "flashed by cable" };

const resume: Verdict = { kind: "resume" };
const test: Verdict = { kind: "test" };
const succeeded: Verdict = { kind: "succeeded" };
const nothing: Verdict = { kind: "nothing" };
const reverted: Verdict = { kind: "failed", code: "REVERTED" };
const notTaken: Verdict = { kind: "failed", code: "SWAP_NOT_TAKEN" };
const refused: Verdict = { kind: "failed", code: "SWAP_REFUSED" };

const cases: [string, UpdateRecord | undefined, Evidence, Verdict][] = [
  ["no update was under way", undefined, oldRuns, nothing],
  ["an image flashed by other means is on trial", undefined, newOnTrial, test],
  ["a reset during the download", record("downloading", ""), oldRuns, resume],
  ["a cut before the trailer's magic", record("verified"), oldRunsAgain, resume],
  ["a cut between magic and journal", record("verified"), newOnTrial, test],
  ["the swap as planned", record("requested"), newOnTrial, test],
  [
    "a reset during the self-test of a board that keeps the image",
    record("testing"),
    newOnTrial,
    test,
  ],
  ["a cut between confirm and report", record("testing"), newConfirmed, succeeded],
  ["confirmed by other means before the journal knew", record("verified"), newConfirmed, succeeded],
  ["the bootloader wiped the new image", record("requested"), oldRuns, refused],
  ["a file without image hash was requested", record("requested", ""), oldRuns, refused],
  ["the new image crashed before it could write", record("requested"), oldRunsAgain, reverted],
  ["the request stands: nobody acted on it", record("requested"), oldRunsUnasked, notTaken],
  ["a cut before the journal knew, and nobody acted", record("verified"), oldRunsUnasked, notTaken],
  ["a request of old stands during a download", record("downloading", ""), oldRunsUnasked, resume],
  ["the revert was taken for a test swap", record("testing"), oldOnTrial, reverted],
  ["so it was after a crash at start", record("requested"), oldOnTrial, reverted],
  ["the former image is on trial, and no job's", undefined, oldOnTrial, test],
  ["the old image is on trial before any swap", record("verified"), oldOnTrial, test],
  ["an image that replaces itself", record("testing", OLD), oldOnTrial, test],
  ["the new image gave up", record("testing"), oldRunsAgain, reverted],
  ["reverted, and the secondary is gone", record("testing"), oldRuns, reverted],
  ["the note of a revert", record("requested"), oldNoted, reverted],
  ["the note of an image that was not started", record("requested"), oldRefused, refused],
  ["a cut has taken the note of the request", record("requested"), oldUnknown, resume],
  ["a cut has taken the note of the trial", record("testing"), oldUnknown, reverted],
  ["a note of old before the request", record("verified"), oldNoted, resume],
  ["flashed by cable in the meantime", record("requested"), otherRuns, nothing],
];

describe("the meaning of a reset", () => {
  for (const [name, entry, found, verdict] of cases) {
    it(`${name}: ${verdict.kind}`, () => assert.deepEqual(judgeReset(entry, found), verdict));
  }
});
