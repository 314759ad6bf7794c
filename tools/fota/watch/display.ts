import { print } from "../../command-line/command.ts";
import type { JobWatch } from "./job-watch.ts";
import { etaSeconds, type TrackerProgress, totals } from "./progress.ts";
import { rowOf } from "./row.ts";
import { elapsedSeconds, frame, roomFor, totalsText } from "./table.ts";

/** How a job that is watched is shown. */
export interface Display {
  /** Of how many trackers details are wanted, the worst ones. */
  readonly detailsMax: number;
  show(watch: JobWatch, changed: readonly TrackerProgress[]): void;
}

/** Of a job of thousands no more calls than AWS takes in a few seconds. */
const DETAILS_MAX = 500;

/** A table that stays in its place; its size is asked for anew each time. */
export class LiveTable implements Display {
  private linesUp = 0;

  get detailsMax(): number {
    return roomFor(process.stdout.rows ?? 24);
  }

  show(watch: JobWatch): void {
    const { columns: width = 80, rows: height = 24 } = process.stdout;
    const lines = frame(watch, { width, height, nowMs: Date.now() });
    const back = this.linesUp === 0 ? "" : `\u001b[${this.linesUp}F\u001b[J`;
    print(`${back}${lines.join("\n")}\n`);
    this.linesUp = lines.length;
  }
}

/** For a file or a pipe: a line for each tracker that has changed, and one for all. */
export class Lines implements Display {
  readonly detailsMax = DETAILS_MAX;
  private last = "";

  show(watch: JobWatch, changed: readonly TrackerProgress[]): void {
    for (const one of changed) {
      const { thing, ...rest } = rowOf(one);
      const words = Object.values(rest).filter((word) => word !== "");
      print(`${thing}: ${words.join(" ")}\n`);
    }
    const all = `${watch.jobId} ${watch.job?.status}: ${totalsText(watch)}`;
    if (all !== this.last) print(`${all}\n`);
    this.last = all;
  }
}

/** The same as objects. */
export class JsonLines implements Display {
  readonly detailsMax = DETAILS_MAX;
  private last = "";

  show(watch: JobWatch, changed: readonly TrackerProgress[]): void {
    for (const { updatedAtMs, detailsAtMs: _, ...one } of changed) {
      print(`${JSON.stringify({ ...one, updatedAt: new Date(updatedAtMs).toISOString() })}\n`);
    }
    const { jobId: job, trackers } = watch;
    const all = { job, status: watch.job?.status, totals: totals(trackers.values()) };
    const text = JSON.stringify(all);
    if (text === this.last) return;
    this.last = text;
    const eta = etaSeconds(trackers, elapsedSeconds(watch, Date.now()));
    print(`${JSON.stringify({ ...all, etaSeconds: eta })}\n`);
  }
}
