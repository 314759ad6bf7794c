import { assert } from "../assert.ts";
import { isAlphanumeric } from "../characters.ts";
import { config } from "../config.ts";
import type { Clock } from "../ports/clock.ts";
import { printableAscii } from "../printable.ts";

/** What goes with a status: key and value pairs, at most `config.detailMax`. */
export type StatusDetails = Readonly<Record<string, string>>;

/**
 * Makes values that the service takes: AWS IoT wants 1 to 1,024 characters and no control
 * character; ours end at `config.detailMaxChars` and are ASCII, as it does not say in which unit it
 * counts. Numbers become decimal text, no text becomes `-`.
 * @param pairs at most `config.detailMax`, keys of `[a-zA-Z0-9:_-]`; undefined values are left out
 */
export function statusDetails(
  pairs: Readonly<Record<string, string | number | undefined>>,
): StatusDetails {
  const details: Record<string, string> = {};
  let count = 0;
  for (const key of Object.keys(pairs)) {
    const value = pairs[key];
    if (value === undefined) continue;
    assert(key.length <= 128 && isAlphanumeric(key, ":_-"), `detail key ${key}`);
    const text = printableAscii(String(value), config.detailMaxChars);
    details[key] = text === "" ? "-" : text;
    count += 1;
  }
  assert(count <= config.detailMax, "no more details than the service takes");
  return details;
}

export interface ProgressNow {
  /** What the client is doing, one word. */
  readonly phase: string;
  /** Bytes of the file that are done. */
  readonly bytes: number;
  /** All bytes of the file. */
  readonly size: number;
  /** How the image comes, where it is no HEX file: `patch` or `packed`. */
  readonly file?: string | undefined;
  /** Code of what a patch failed with. */
  readonly patchFailure?: string | undefined;
}

/** Over in a moment, as a rule: each update is two messages on the bill, and one of 200 a second. */
const passing: readonly string[] = Object.freeze(["held", "verifying", "armed", "swapping"]);

/**
 * Progress for the job, at a bounded rate: a new phase is told at once, one of those that pass only
 * where the job is found there again, new bytes at most every `config.progressIntervalMs`, no news
 * never.
 */
export class Progress {
  private readonly clock: Clock;
  private phase = "";
  /** Whether told or not. */
  private seen = "";
  private bytes = 0;
  private toldMs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @returns what to tell the job now, or undefined if it need not be told */
  next(now: ProgressNow): StatusDetails | undefined {
    const nowMs = this.clock.nowMs();
    const isPassing = passing.indexOf(now.phase) >= 0 && now.phase !== this.seen;
    this.seen = now.phase;
    const isNewPhase = now.phase !== this.phase && !isPassing;
    const isDue = now.bytes !== this.bytes && nowMs - this.toldMs >= config.progressIntervalMs;
    if (!isNewPhase && !isDue) return undefined;
    this.phase = now.phase;
    this.bytes = now.bytes;
    this.toldMs = nowMs;
    return statusDetails({
      phase: now.phase,
      percent: percentOf(now.bytes, now.size),
      bytes: now.bytes,
      file: now.file,
      patchFailure: now.patchFailure,
    });
  }

  /** For the next job: its first report is due whatever the last one said. */
  reset(): void {
    this.phase = "";
  }
}

/** Whole percent, 0 to 100; 100 only when all is done. */
function percentOf(bytes: number, size: number): number {
  if (size <= 0) return 0;
  return Math.min(100, Math.floor((bytes / size) * 100));
}
