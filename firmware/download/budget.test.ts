import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { config } from "../config.ts";
import { Failure, type FailureCode } from "../failure.ts";
import { Budget } from "./budget.ts";
import { OddAnswer } from "./odd-answer.ts";

const size = 10 * config.downloadFailureBytes;
const drop = { failure: new Failure("DOWNLOAD_EXHAUSTED", "drop"), progressBytes: 1 };
const busy = new Failure("DOWNLOAD_EXHAUSTED", "busy");
const missing = new OddAnswer("FILE_NOT_FOUND", "status 404");

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
      one.spendAttempt({ ...drop, progressBytes: 100 });
      assert.equal(one.attempts, attempts);
    }
  });

  it("waits twice as long each time, from the start after progress", () => {
    const one = budget();
    assert.equal(one.spendAttempt(drop), config.backoffMinMs / 2);
    assert.equal(one.spendAttempt(drop), config.backoffMinMs);
    one.noteBytes(1);
    assert.equal(one.spendAttempt(drop), config.backoffMinMs / 2);
  });

  it("fails with the last answer where it was odd, after short waits", () => {
    const one = budget();
    const waits: number[] = [];
    times(3, () => waits.push(one.spendAttempt(drop)));
    times(config.downloadAttemptMax - 4, () =>
      waits.push(one.spendAttempt({ failure: missing, progressBytes: 1 })),
    );
    assert.ok(Math.max(...waits) <= config.oddBackoffMaxMs);
    assert.throws(
      () => one.spendAttempt({ failure: missing, progressBytes: 1 }),
      (error) => error === missing,
    );
  });

  it("counts nothing where nothing is reached, and waits up to minutes", () => {
    const one = budget();
    let waitMs = 0;
    times(100_000, () => {
      waitMs = one.spendUnreached();
    });
    assert.equal(waitMs, config.unreachedBackoffMaxMs / 2);
    times(config.downloadAttemptMax - 1, () => one.spendAttempt(drop));
    one.noteBytes(1);
    assert.equal(one.spendUnreached(), config.backoffMinMs / 2);
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

  it("waits as long as it is asked to, at least as long as it would", () => {
    const one = budget();
    assert.equal(one.spendPatience(busy, 7000), 7000);
    times(12, () => one.spendPatience(busy, 0));
    assert.equal(one.spendPatience(busy, 7000), config.unreachedBackoffMaxMs / 2);
    assert.equal(one.spendPatience(busy, 3_600_000), 3_600_000);
  });

  it("has config.retryAfterTotalMaxMs of such waits in all, and none counts as an attempt", () => {
    const one = budget();
    const hourMs = 3_600_000;
    const hours = config.retryAfterTotalMaxMs / hourMs;
    times(config.downloadAttemptMax - 1, () => one.spendAttempt(drop));
    times(hours - 1, () => assert.equal(one.spendPatience(busy, hourMs), hourMs));
    assert.equal(one.spendPatience(busy, 2 * hourMs), hourMs, "what is left");
    assert.throws(
      () => one.spendPatience(missing, hourMs),
      refusal("FILE_NOT_FOUND", /^status 404, after 12 h of waiting$/),
    );
  });

  it("has so many of them, however short", () => {
    const one = budget();
    const waits = config.retryAfterTotalMaxMs / config.retryAfterChargeMs;
    times(waits, () => {
      one.noteBytes(1);
      assert.equal(one.spendPatience(busy, 0), config.backoffMinMs / 2);
    });
    assert.throws(() => one.spendPatience(busy, 0), refusal("DOWNLOAD_EXHAUSTED", /^busy, after/));
  });

  it("has config.freshUrlMax refused URLs in a row, anew after a byte", () => {
    const one = budget();
    assert.equal(one.spendUrl("denied"), 0, "at once");
    assert.equal(one.spendUrl("denied"), config.backoffMinMs / 2);
    assert.equal(one.spendUrl("denied"), config.backoffMinMs);
    times(config.freshUrlMax - 3, () => one.spendUrl("denied"));
    one.noteBytes(1);
    times(config.freshUrlMax, () => one.spendUrl("denied"));
    assert.throws(() => one.spendUrl("denied"), refusal("ACCESS_DENIED", /^denied$/));
  });

  it("has config.restartMax restarts", () => {
    const one = budget();
    times(config.restartMax, () => one.spendRestart(busy));
    assert.throws(
      () => one.spendRestart(missing),
      (error) => error === missing,
    );
  });
});
