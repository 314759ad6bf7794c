import { config } from "../../firmware/config.ts";

export interface BoundedDownload {
  /** Of the file, in bytes. */
  readonly size: number;
  readonly rangeBytes: number;
}

/** Most requests, and most connections that come up: the formula of `download/budget.ts`. */
export function exchangesMax({ size, rangeBytes }: BoundedDownload): number {
  const times = 1 + config.restartMax;
  const parts = times * Math.ceil(size / Math.ceil(rangeBytes * config.partMinShare));
  const failures = config.downloadFailureMax + Math.floor(size / config.downloadFailureBytes);
  return parts + failures + waitsMax() + config.redirectTotalMax + times + 1;
}

/** How many of them a server may have that cannot now, or does not answer. */
export function waitsMax(): number {
  return Math.ceil(config.retryAfterTotalMaxMs / config.retryAfterChargeMs);
}

/** Longest time, besides that in which no connection comes up or a fresh URL is waited for; ms. */
export function timeMaxMs(download: BoundedDownload): number {
  const { downloadMaxMs, retryAfterTotalMaxMs, connectTimeoutMs } = config;
  return downloadMaxMs + retryAfterTotalMaxMs + exchangesMax(download) * connectTimeoutMs;
}
