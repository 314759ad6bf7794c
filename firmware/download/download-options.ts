import type { Failure } from "../failure.ts";
import type { LinkTimes } from "../link-times.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Network } from "../ports/network.ts";
import type { FileLocation } from "../url.ts";

/**
 * What the download tells its owner; never from inside a call of the owner's. Each may call `stop`.
 * `onValidator`, `onBytes` and `onRestart` may throw a Failure, which ends the download with it.
 */
export interface DownloadEvents {
  /**
   * Before byte 0, what the server says of the file: an ETag or a date to resume with, at most
   * `config.etagMaxBytes`, and the CRC-32 of the whole file. Told again after `onRestart`, and if
   * the connection was lost before byte 0; the last call counts. Not told when resuming.
   */
  onValidator(etag: string | undefined, fileCrc32: number | undefined): void;
  /**
   * `bytes[0..length)` lie at `offset` of the file. In order, without gaps; not to be changed.
   * @returns false if they are still needed: they stay, and nothing more is read, until `resume`
   */
  onBytes(bytes: Uint8Array, length: number, offset: number): boolean;
  /** What came so far is not of the file as it is now: everything again, from byte 0. */
  onRestart(): void;
  /** The URL is no longer good (401, 403; 400 if it is presigned): the owner gets a fresh one and calls `useFile`. */
  onUrlExpired(): void;
  /** All bytes were delivered. */
  onDone(): void;
  onFailed(failure: Failure): void;
}

export interface DownloadOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly log: Log;
  /** Uniform in [0, 1); spreads the retries of a fleet. */
  readonly random: () => number;
  readonly file: FileLocation;
  /** The file's exact length in bytes, at least 1. */
  readonly size: number;
  /**
   * Bytes the owner has already, 0 to `size`. They are of no use without an `etag`, unless the file
   * is vouched for.
   */
  readonly from: number;
  /** As `onValidator` told it when those bytes came. */
  readonly etag?: string | undefined;
  /** The receive buffer; `config.receiveBytes` of its own if none is given. */
  readonly buffer?: Uint8Array | undefined;
  /** Bytes asked for in one request; `config.rangeBytes` if not given. */
  readonly rangeBytes?: number | undefined;
  /**
   * Ask for the CRC-32 of the whole file first, with a HEAD on the same connection (one round trip,
   * about 600 bytes). For files that nothing else vouches for; `false` if not given.
   */
  readonly asksChecksum?: boolean | undefined;
  /**
   * The owner will know a mix of two files from the file itself, by a digest: then the download
   * resumes where no validator says that the file is still the same; `false` if not given.
   */
  readonly isVouched?: boolean | undefined;
  /** `usualLinkTimes` if not given. */
  readonly times?: LinkTimes | undefined;
  readonly events: DownloadEvents;
}

/** Counts since the start of this download. */
export interface DownloadCounters {
  readonly connections: number;
  readonly requests: number;
  /** Everything that came from the sockets: bodies, heads, chunk framing. */
  readonly receivedBytes: number;
  /** Attempts that went on from a byte other than 0 after one had failed, or after a reset. */
  readonly resumes: number;
  readonly restarts: number;
}
