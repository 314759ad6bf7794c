import type { JobWatch } from "./job-watch.ts";
import { etaSeconds, totals, worstFirst } from "./progress.ts";
import { type Row, rowOf } from "./row.ts";

/** Lines of a frame that are no trackers: title, totals, heads, and the one that says "more". */
const OTHER_LINES = 4;

const columns: readonly (readonly [name: keyof Row, head: string, width: number])[] = [
  ["thing", "TRACKER", 16],
  ["status", "STATUS", 11],
  ["phase", "PHASE", 11],
  ["percent", "%", 5],
  ["rate", "RATE", 10],
  ["version", "VERSION", 9],
  ["reason", "REASON", 0],
];

/** How many trackers a terminal of this height has room for, at least one. */
export function roomFor(height: number): number {
  // The cursor stands on a line of its own below the frame.
  return Math.max(1, height - OTHER_LINES - 1);
}

/**
 * The job as lines of at most `width` characters, at most as many as `height` less one: the worst trackers,
 * and how many more there are.
 */
export function frame(
  watch: JobWatch,
  { width, height, nowMs }: { readonly width: number; readonly height: number; nowMs: number },
): string[] {
  const room = roomFor(height);
  const sorted = [...watch.trackers.values()].sort(worstFirst);
  const shown = sorted.slice(0, room).map(rowOf);
  const head = Object.fromEntries(columns.map(([name, title]) => [name, title]));
  const more = sorted.length - shown.length;
  return [
    titleOf(watch, nowMs),
    totalsText(watch),
    line(head as unknown as Row),
    ...shown.map(line),
    ...(more > 0 ? [`and ${more.toLocaleString("en-US")} more`] : []),
  ].map((text) => (text.length > width ? `${text.slice(0, width - 1)}…` : text));
}

export function totalsText({ trackers }: JobWatch): string {
  const counts = Object.entries(totals(trackers.values()));
  const parts = counts.map(([status, count]) => `${status} ${count.toLocaleString("en-US")}`);
  return parts.join("  ") || "no tracker has it yet";
}

function titleOf(watch: JobWatch, nowMs: number): string {
  const { jobId, job, trackers } = watch;
  const elapsedS = elapsedSeconds(watch, nowMs);
  const eta = etaSeconds(trackers, elapsedS);
  const rest = eta === undefined ? "" : `, about ${clock(eta)} to go`;
  return `${jobId}  ${job?.status ?? ""}  ${clock(elapsedS)}${rest}`;
}

/** Since the job was created; until its end, if it has ended. */
export function elapsedSeconds({ job }: JobWatch, nowMs: number): number {
  const end = job?.completedAt?.getTime() ?? nowMs;
  return Math.max(0, Math.round((end - (job?.createdAt?.getTime() ?? nowMs)) / 1000));
}

/** `1:02:03`, or `2:03`. */
function clock(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown
    .map((part, index) => (index === 0 ? `${part}` : String(part).padStart(2, "0")))
    .join(":");
}

function line(row: Row): string {
  const cells = columns.map(([name, , width]) => {
    const text = row[name];
    if (width === 0) return text;
    return (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);
  });
  return cells.join(" ").trimEnd();
}
