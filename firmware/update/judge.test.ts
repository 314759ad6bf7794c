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
  };
}

const oldRuns: Evidence = { boot: "confirmed", primary: OLD, secondary: "" };
const oldRunsAgain: Evidence = { boot: "confirmed", primary: OLD, secondary: NEW };
const newOnTrial: Evidence = { boot: "unconfirmed", primary: NEW, secondary: OLD };
const newConfirmed: Evidence = { boot: "confirmed", primary: NEW, secondary: OLD };
const otherRuns: Evidence = { boot: "confirmed", primary: "flashed by cable", secondary: "" };

const resume: Verdict = { kind: "resume" };
const test: Verdict = { kind: "test" };
const succeeded: Verdict = { kind: "succeeded" };
const nothing: Verdict = { kind: "nothing" };
const reverted: Verdict = { kind: "failed", code: "REVERTED" };
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
  ["the new image gave up", record("testing"), oldRunsAgain, reverted],
  ["reverted, and the secondary is gone", record("testing"), oldRuns, reverted],
  ["flashed by cable in the meantime", record("requested"), otherRuns, nothing],
];

describe("the meaning of a reset", () => {
  for (const [name, entry, found, verdict] of cases) {
    it(`${name}: ${verdict.kind}`, () => assert.deepEqual(judgeReset(entry, found), verdict));
  }
});
