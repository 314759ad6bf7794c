import { config } from "../../firmware/config.ts";

export interface BoundedDownload {
  /** Of the file, in bytes. */
  readonly size: number;
  readonly rangeBytes: number;
}

/** Most requests, and most connections, of one download: the formula of `download/budget.ts`. */
export function exchangesMax({ size, rangeBytes }: BoundedDownload): number {
  const times = 1 + config.restartMax;
  const parts = times * Math.ceil(size / Math.ceil(rangeBytes * config.partMinShare));
  const failures = config.downloadFailureMax + Math.floor(size / config.downloadFailureBytes);
  return parts + failures + config.redirectTotalMax + times + 1;
}
