import { Backoff } from "../backoff.ts";
import { config } from "../config.ts";
import { Failure } from "../failure.ts";

/**
 * How often the download may get nowhere. Each method throws when its bound is passed. New bytes
 * end a run of failures and of refused URLs; restarts are counted over the whole download, because
 * each costs the slot an erase.
 */
export class Budget {
  /** Attempts in a row that brought no byte. */
  attempts = 0;
  /** Times the file was begun again. */
  restarts = 0;

  private readonly backoff: Backoff;
  private denials = 0;
  private progressed = false;

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.backoff = new Backoff({ minMs: config.backoffMinMs, maxMs: config.backoffMaxMs, random });
  }

  /** New bytes came; cheap, for it is called for every piece of the body. */
  noteBytes(): void {
    this.progressed = true;
  }

  /**
   * A connection failed.
   * @returns milliseconds to wait before the next one
   */
  spendAttempt(reason: string): number {
    if (!this.progressed) this.attempts += 1;
    this.settle();
    if (this.attempts >= config.downloadAttemptMax) throw new Failure("DOWNLOAD_EXHAUSTED", reason);
    return this.backoff.next();
  }

  /** The server refused the URL. */
  spendUrl(detail: string): void {
    this.settle();
    this.denials += 1;
    if (this.denials > config.freshUrlMax) throw new Failure("ACCESS_DENIED", detail);
  }

  spendRestart(reason: string): void {
    this.restarts += 1;
    if (this.restarts > config.restartMax) throw new Failure("DOWNLOAD_EXHAUSTED", reason);
  }

  private settle(): void {
    if (!this.progressed) return;
    this.progressed = false;
    this.attempts = 0;
    this.denials = 0;
    this.backoff.reset();
  }
}
