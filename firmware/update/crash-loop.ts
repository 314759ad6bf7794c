import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import { attempt } from "../failure.ts";
import type { Platform } from "../ports/platform.ts";

const KEY = "starts";
const COUNT_MAX = 255;

export interface CrashLoopOptions {
  readonly platform: Platform;
  /** Starts in a row after which the former image is to run; undefined: never by itself. */
  readonly startsMax: number | undefined;
}

/**
 * Counts the starts of a confirmed image that ended soon and without the cloud: one that was good on
 * the bench may crash in the field, where nobody can send it an update any more. Starts after a loss
 * of power do not count, nor do those that live long: no coverage is no crash.
 *
 * Costs one key of a byte, written once a start and deleted once, and only where it is switched on.
 */
export class CrashLoop {
  private readonly options: CrashLoopOptions;
  /** Until this start has lived long enough. */
  private readonly window: Deadline;

  constructor(options: CrashLoopOptions) {
    this.options = options;
    this.window = new Deadline(options.platform.clock);
  }

  /** @returns whether so many starts have failed by now that the former image is the better one */
  count(): boolean {
    const { platform, startsMax } = this.options;
    if (startsMax === undefined) return false;
    if (platform.reset.wasPowerLoss() === true) return false;
    const starts = this.starts() + 1;
    if (starts > startsMax) {
      this.forget();
      return true;
    }
    this.keep(() => platform.store.write(KEY, new Uint8Array([Math.min(starts, COUNT_MAX)])));
    this.window.start(config.crashWindowMs, () => this.forget());
    return false;
  }

  /** The cloud was reached: from there the image can be replaced. */
  reached(): void {
    if (this.options.startsMax === undefined || this.starts() === 0) return;
    this.window.cancel();
    this.forget();
  }

  private starts(): number {
    return this.options.platform.store.read(KEY)?.[0] ?? 0;
  }

  private forget(): void {
    this.keep(() => this.options.platform.store.remove(KEY));
  }

  private keep(work: () => void): void {
    const { log } = this.options.platform;
    attempt(work, ({ code, detail }) => log(`starts: ${code}: ${detail}`));
  }
}
