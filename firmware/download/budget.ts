import { Backoff } from "../backoff.ts";
import { config } from "../config.ts";
import { Failure } from "../failure.ts";

export interface BudgetOptions {
  /** The file's exact length in bytes. */
  readonly size: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface FailedAttempt {
  readonly reason: string;
  /** With so many bytes since the last failure it ends a run of failures. */
  readonly progressBytes: number;
  /** What the server asked for (Retry-After), or 0. */
  readonly waitMs: number;
}

/**
 * How often the download may get nowhere. Each method throws when its bound is passed. Progress ends
 * a run of failures and of refused URLs. Failures, waits and restarts are counted over the whole
 * download as well, so that a server that gives a byte now and then cannot go on for ever.
 *
 * Whatever a server does, one download makes at most
 *
 *     G + F + R + H + 1 requests, and as many connections, and follows at most R redirects:
 *     G = (1 + restartMax) × ⌈size / ⌈rangeBytes × partMinShare⌉⌉   answers that bring enough,
 *     F = downloadFailureMax + ⌊size / downloadFailureBytes⌋        failures: lost, refused, denied,
 *     R = redirectTotalMax                                          (route.ts),
 *     H = 1 + restartMax                                            answers to the HEAD (probe.ts),
 *
 * and 1 for the one that passes a bound. It ends within `downloadMaxMs` (lifetime.ts), besides the
 * time in which it waits for a fresh URL. All counts are of this boot: a reset begins them anew.
 */
export class Budget {
  /** Attempts in a row that brought no progress. */
  attempts = 0;
  /** Times the file was begun again: each costs the slot an erase. */
  restarts = 0;

  private readonly failureMax: number;
  private readonly backoff: Backoff;
  /** New ones since the last failure. */
  private bytes = 0;
  private failures = 0;
  private waitedMs = 0;
  private denials = 0;

  constructor({ size, random }: BudgetOptions) {
    this.failureMax = config.downloadFailureMax + Math.floor(size / config.downloadFailureBytes);
    this.backoff = new Backoff({ minMs: config.backoffMinMs, maxMs: config.backoffMaxMs, random });
  }

  /** Cheap, for it is called for every piece of the body. */
  noteBytes(length: number): void {
    this.bytes += length;
  }

  /**
   * A connection failed, or the server did.
   * @returns milliseconds to wait before the next attempt
   */
  spendAttempt({ reason, progressBytes, waitMs }: FailedAttempt): number {
    if (this.bytes < progressBytes) this.attempts += 1;
    this.settle(progressBytes);
    if (this.attempts >= config.downloadAttemptMax) throw exhausted(reason);
    this.spendFailure(reason);
    this.waitedMs += waitMs;
    if (this.waitedMs > config.retryAfterTotalMaxMs) {
      throw exhausted(`${reason}, and ${this.waitedMs / 1000} s of Retry-After`);
    }
    return Math.max(this.backoff.next(), waitMs);
  }

  /** The server refused the URL. */
  spendUrl(detail: string): void {
    this.settle(1);
    this.denials += 1;
    if (this.denials > config.freshUrlMax) throw new Failure("ACCESS_DENIED", detail);
    this.spendFailure(detail);
  }

  spendRestart(reason: string): void {
    this.restarts += 1;
    if (this.restarts > config.restartMax) throw exhausted(reason);
  }

  private settle(progressBytes: number): void {
    const isProgress = this.bytes >= progressBytes;
    this.bytes = 0;
    if (!isProgress) return;
    this.attempts = 0;
    this.denials = 0;
    this.backoff.reset();
  }

  private spendFailure(reason: string): void {
    this.failures += 1;
    if (this.failures > this.failureMax) throw exhausted(`${reason}, failure ${this.failures}`);
  }
}

function exhausted(detail: string): Failure {
  return new Failure("DOWNLOAD_EXHAUSTED", detail);
}
