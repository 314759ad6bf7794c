import type { VirtualTracker } from "../../hw-test/trackers/virtual/tracker.ts";
import { type Counters, type Counts, difference } from "./counters.ts";

/** Phases of an update, each with the line of the console that ends it, in this order. */
const phaseEnds = [
  ["boot", /^boot: \d/],
  ["load", /^tracker-fota \S+ on /],
  ["connect", /^mqtt: connected/],
  ["job and signature", / -> downloading$/],
  ["download, HEX and slot", / -> verifying$/],
  ["verify", / -> armed$/],
  ["arm", / -> resetting$/],
  ["swap", /^boot: \d/],
  ["load the new image", /^tracker-fota \S+ on /],
  ["trial", /^update: confirmed/],
  ["report", /^update: reporting -> idle/],
] as const;

export type PhaseName = (typeof phaseEnds)[number][0];
export const phaseNames: readonly PhaseName[] = phaseEnds.map(([name]) => name);

export interface Phase {
  readonly name: PhaseName;
  readonly counts: Counts;
}

/**
 * Takes the counts as a tracker's phases end: when the rig sees the line, a fraction of a millisecond
 * after the tracker has sent it, so one phase may get 100,000 instructions of the next.
 */
export class PhaseRecorder {
  readonly phases: Phase[] = [];
  /** All phases are over. */
  readonly ended: Promise<void>;
  private readonly counters: Counters;
  private before: Counts = new Map();

  constructor(tracker: VirtualTracker, counters: Counters) {
    this.counters = counters;
    this.ended = new Promise((resolve) => {
      tracker.onConsole(({ text }) => {
        this.takeLine(text);
        if (this.phases.length === phaseEnds.length) resolve();
      });
    });
  }

  private takeLine(text: string): void {
    const [name, end] = phaseEnds[this.phases.length] ?? [];
    if (name === undefined || end?.test(text) !== true) return;
    const now = this.counters.read();
    this.phases.push({ name, counts: difference(now, this.before) });
    this.before = now;
  }
}
