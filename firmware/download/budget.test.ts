import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { config } from "../config.ts";
import { Failure, type FailureCode } from "../failure.ts";
import { Budget } from "./budget.ts";

const size = 10 * config.downloadFailureBytes;
const drop = { reason: "drop", progressBytes: 1, waitMs: 0 };

function budget(): Budget {
  return new Budget({ size, random: () => 0 });
}

function refusal(code: FailureCode, detail: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Failure && error.code === code && detail.test(error.detail);
}

function times(count: number, work: () => void): void {
  for (let index = 0; index < count; index += 1) work();
}

describe("a budget", () => {
  it("has config.downloadAttemptMax attempts in a row, anew after progress", () => {
    const one = budget();
    times(config.downloadAttemptMax - 1, () => one.spendAttempt(drop));
    one.noteBytes(1);
    one.spendAttempt(drop);
    assert.equal(one.attempts, 0);
    times(config.downloadAttemptMax - 1, () => one.spendAttempt(drop));
    assert.throws(() => one.spendAttempt(drop), refusal("DOWNLOAD_EXHAUSTED", /^drop$/));
  });

  it("takes for progress what the attempt had to bring, and no fewer bytes", () => {
    const one = budget();
    for (const [length, attempts] of [
      [99, 1],
      [99, 2],
      [100, 0],
      [0, 1],
    ] as const) {
      one.noteBytes(length);
      one.spendAttempt({ reason: "slow", progressBytes: 100, waitMs: 0 });
      assert.equal(one.attempts, attempts);
    }
  });

  it("waits twice as long each time, from the start after progress, at least as asked", () => {
    const one = budget();
    assert.equal(one.spendAttempt(drop), config.backoffMinMs / 2);
    assert.equal(one.spendAttempt(drop), config.backoffMinMs);
    one.noteBytes(1);
    assert.equal(one.spendAttempt(drop), config.backoffMinMs / 2);
    assert.equal(one.spendAttempt({ ...drop, waitMs: 7000 }), 7000);
  });

  it("has so many failures in all, with the size of the file", () => {
    const one = budget();
    const fail = (): void => {
      one.noteBytes(1);
      one.spendAttempt(drop);
    };
    times(config.downloadFailureMax + 9, fail);
    one.noteBytes(1);
    one.spendUrl("denied");
    assert.throws(fail, refusal("DOWNLOAD_EXHAUSTED", /^drop, failure 139$/));
  });

  it("has config.retryAfterTotalMaxMs of asked waits in all", () => {
    const one = budget();
    const wait = (): void => {
      one.noteBytes(1);
      one.spendAttempt({ ...drop, waitMs: config.backoffMaxMs });
    };
    times(config.retryAfterTotalMaxMs / config.backoffMaxMs, wait);
    assert.throws(wait, refusal("DOWNLOAD_EXHAUSTED", /^drop, and 7320 s of Retry-After$/));
  });

  it("has config.freshUrlMax refused URLs in a row, anew after a byte", () => {
    const one = budget();
    times(config.freshUrlMax, () => one.spendUrl("denied"));
    one.noteBytes(1);
    times(config.freshUrlMax, () => one.spendUrl("denied"));
    assert.throws(() => one.spendUrl("denied"), refusal("ACCESS_DENIED", /^denied$/));
  });

  it("has config.restartMax restarts", () => {
    const one = budget();
    times(config.restartMax, () => one.spendRestart("changed"));
    assert.throws(() => one.spendRestart("changed"), refusal("DOWNLOAD_EXHAUSTED", /^changed$/));
  });
});
