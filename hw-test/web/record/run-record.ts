import type { RunEvent, RunFact } from "./run-event.ts";

/** An update with a power cut has some 2,000; 200,000 are about 30 MB of JSON. */
const EVENTS_MAX = 200_000;

/** The events of one run, kept for who comes late. */
export class RunRecord {
  readonly events: RunEvent[] = [];
  private startedAtMs: number | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly eventsMax: number;

  constructor(eventsMax = EVENTS_MAX) {
    this.eventsMax = eventsMax;
  }

  add(fact: RunFact): void {
    // Two places are kept: it is told that the record is full, and how the run ended.
    const room = this.eventsMax - this.events.length - 2;
    if (room > 0 || fact.kind === "end") this.push(fact);
    else if (room === 0) this.push({ kind: "full" });
  }

  /** @returns a function that ends it */
  onAdded(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private push(fact: RunFact): void {
    const nowMs = performance.now();
    this.startedAtMs ??= nowMs;
    const atMs = Math.round((nowMs - this.startedAtMs) * 10) / 10;
    this.events.push({ ...fact, atMs });
    for (const listener of this.listeners) listener();
  }
}
