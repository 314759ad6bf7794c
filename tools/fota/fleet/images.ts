import type { Tracker } from "./tracker.ts";

/** Trackers that run the same image, or have told nothing. */
export interface Share {
  readonly version: string | undefined;
  readonly image: string | undefined;
  readonly trackers: number;
  /** How their last jobs have ended, and how many of each. */
  readonly results: Readonly<Record<string, number>>;
}

/** The most common first; those that have told nothing are last. */
export function sharesOf(trackers: readonly Tracker[]): readonly Share[] {
  const groups = new Map<string, Tracker[]>();
  for (const tracker of trackers) {
    const { firmware } = tracker;
    const key = firmware === undefined ? "" : `${firmware.version} ${firmware.image}`;
    groups.set(key, [...(groups.get(key) ?? []), tracker]);
  }
  return [...groups.values()].map(shareOf).sort(byCount);
}

function shareOf(trackers: readonly Tracker[]): Share {
  const { version, image } = trackers[0]?.firmware ?? {};
  const results = new Map<string, number>();
  for (const { firmware } of trackers) {
    if (firmware === undefined) continue;
    const end = resultText(firmware.result);
    results.set(end, (results.get(end) ?? 0) + 1);
  }
  return { version, image, trackers: trackers.length, results: Object.fromEntries(results) };
}

function byCount(one: Share, other: Share): number {
  const [oneLast, otherLast] = [one.version === undefined, other.version === undefined];
  if (oneLast !== otherLast) return oneLast ? 1 : -1;
  return other.trackers - one.trackers;
}

/** For example `FAILED REVERTED`. */
export function resultText(
  result: { readonly status: string; readonly reason: string | undefined } | undefined,
): string {
  if (result === undefined) return "no job yet";
  return result.reason === undefined ? result.status : `${result.status} ${result.reason}`;
}
