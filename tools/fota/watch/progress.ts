/** How a job stands on one tracker. */
export interface TrackerProgress {
  readonly thing: string;
  readonly status: string;
  /** Of the newest execution: a retry has a higher one. */
  readonly executionNumber: number;
  /** Milliseconds since the epoch, whole seconds. */
  readonly updatedAtMs: number;
  /** What the tracker says, where it was asked for; any client's, not only ours. */
  readonly details: Readonly<Record<string, string>> | undefined;
  /** When it said that. */
  readonly detailsAtMs: number;
  /** Of the download, where two reports were seen. */
  readonly bytesPerSecond: number | undefined;
}

/** Worst first: what a person has to look at stands at the top. */
const order = [
  "FAILED",
  "TIMED_OUT",
  "REJECTED",
  "REMOVED",
  "CANCELED",
  "IN_PROGRESS",
  "QUEUED",
  "SUCCEEDED",
];

export function isUnderWay({ status }: Pick<TrackerProgress, "status">): boolean {
  return status === "IN_PROGRESS" || status === "QUEUED";
}

/** Among those in progress who was heard of longest ago comes first. */
export function worstFirst(one: TrackerProgress, other: TrackerProgress): number {
  return (
    order.indexOf(one.status) - order.indexOf(other.status) ||
    one.updatedAtMs - other.updatedAtMs ||
    (one.thing < other.thing ? -1 : 1)
  );
}

/** How many are in each state, in the order of `worstFirst`; states that none is in are left out. */
export function totals(trackers: Iterable<TrackerProgress>): Record<string, number> {
  const counts = new Map(order.map((status) => [status, 0]));
  for (const { status } of trackers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}

/**
 * Seconds until those that have the job are done, as fast as the ones before; undefined: none is yet.
 * @param elapsedS since the job began
 */
export function etaSeconds(
  trackers: ReadonlyMap<string, TrackerProgress>,
  elapsedS: number,
): number | undefined {
  const left = [...trackers.values()].filter(isUnderWay).length;
  const done = trackers.size - left;
  if (left === 0 || done === 0) return undefined;
  return Math.ceil((elapsedS / done) * left);
}
