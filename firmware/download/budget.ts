import { Backoff } from "../backoff.ts";
import { config } from "../config.ts";
import { Failure } from "../failure.ts";
import { OddAnswer } from "./odd-answer.ts";

export interface BudgetOptions {
  /** The file's exact length in bytes. */
  readonly size: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface FailedAttempt {
  /** What the download fails with if this was the last. */
  readonly failure: Failure;
  /** With so many bytes since the last failure it ends a run of failures. */
  readonly progressBytes: number;
}

/**
 * How often the download may get nowhere. Each method throws when its bound is passed. Progress ends
 * a run of failures and of refused URLs. Failures, waits and restarts are counted over the whole
 * download as well, so that a server that gives a byte now and then cannot go on for ever.
 *
 * Whatever a server does, one download makes at most
 *
 *     G + F + P + R + H + 1 requests, as many connections that come up, and at most R redirects:
 *     G = (1 + restartMax) × ⌈size / ⌈rangeBytes × partMinShare⌉⌉   answers that bring enough,
 *     F = downloadFailureMax + ⌊size / downloadFailureBytes⌋        failures: lost, odd, denied,
 *     P = ⌈retryAfterTotalMaxMs / retryAfterChargeMs⌉               answers `later`, or none at all,
 *     R = redirectTotalMax                                          (route.ts),
 *     H = 1 + restartMax                                            answers to the HEAD (probe.ts),
 *
 * and 1 for the one that passes a bound. It ends within
 *
 *     downloadMaxMs + retryAfterTotalMaxMs + (G + F + P + R + H + 1) × connectTimeoutMs
 *
 * besides the time in which no connection comes up, which is nobody's fault, and in which it waits
 * for a fresh URL. All counts are of this boot: a reset begins them anew.
 */
export class Budget {
  /** Attempts in a row that brought no progress. */
  attempts = 0;
  /** Times the file was begun again: each costs the slot an erase. */
  restarts = 0;

  private readonly failureMax: number;
  private readonly backoff: Backoff;
  private readonly odd: Backoff;
  private readonly unreached: Backoff;
  /** New ones since the last failure. */
  private bytes = 0;
  private failures = 0;
  private patienceMs: number = config.retryAfterTotalMaxMs;
  private denials = 0;

  constructor({ size, random }: BudgetOptions) {
    this.failureMax = config.downloadFailureMax + Math.floor(size / config.downloadFailureBytes);
    const minMs = config.backoffMinMs;
    this.backoff = new Backoff({ minMs, maxMs: config.backoffMaxMs, random });
    this.odd = new Backoff({ minMs, maxMs: config.oddBackoffMaxMs, random });
    this.unreached = new Backoff({ minMs, maxMs: config.unreachedBackoffMaxMs, random });
  }

  /** Cheap, for it is called for every piece of the body. */
  noteBytes(length: number): void {
    this.bytes += length;
  }

  /** Whether a byte came since the last failure. */
  hasProgress(): boolean {
    return this.bytes > 0;
  }

  /**
   * No connection came up, which is no failure of the server's.
   * @returns milliseconds to wait before the next attempt, as all below
   */
  spendUnreached(): number {
    if (this.hasProgress()) this.settle(1);
    return this.unreached.next();
  }

  /** A connection failed, or the server did. */
  spendAttempt({ failure, progressBytes }: FailedAttempt): number {
    if (this.bytes < progressBytes) this.attempts += 1;
    this.settle(progressBytes);
    if (this.attempts >= config.downloadAttemptMax) throw failure;
    this.spendFailure(failure);
    return failure instanceof OddAnswer ? this.odd.next() : this.backoff.next();
  }

  /**
   * The server cannot now, or does not answer: that costs no attempt, but the time it takes.
   * @param askedMs by the server (Retry-After), or 0
   */
  spendPatience(failure: Failure, askedMs: number): number {
    this.settle(1);
    if (this.patienceMs <= 0) {
      const hours = config.retryAfterTotalMaxMs / 3_600_000;
      throw new Failure(failure.code, `${failure.detail}, after ${hours} h of waiting`);
    }
    const waitMs = Math.min(Math.max(this.unreached.next(), askedMs), this.patienceMs);
    this.patienceMs -= Math.max(waitMs, config.retryAfterChargeMs);
    return waitMs;
  }

  /** The server refused the URL: before a second fresh one in a row there is a wait. */
  spendUrl(detail: string): number {
    this.settle(1);
    this.denials += 1;
    const failure = new Failure("ACCESS_DENIED", detail);
    if (this.denials > config.freshUrlMax) throw failure;
    this.spendFailure(failure);
    return this.denials > 1 ? this.odd.next() : 0;
  }

  /** @param failure why, and what the download fails with if it was begun often enough */
  spendRestart(failure: Failure): void {
    this.restarts += 1;
    if (this.restarts > config.restartMax) throw failure;
  }

  private settle(progressBytes: number): void {
    const isProgress = this.bytes >= progressBytes;
    this.bytes = 0;
    if (!isProgress) return;
    this.attempts = 0;
    this.denials = 0;
    this.backoff.reset();
    this.odd.reset();
    this.unreached.reset();
  }

  private spendFailure({ detail }: Failure): void {
    this.failures += 1;
    if (this.failures <= this.failureMax) return;
    throw new Failure("DOWNLOAD_EXHAUSTED", `${detail}, failure ${this.failures}`);
  }
}
