import { resultText, type Share } from "./images.ts";
import type { Tracker } from "./tracker.ts";

/** As long as it tells two images apart. */
const IMAGE_CHARS = 12;

export function shareTable(shares: readonly Share[]): string {
  return table(
    ["version", "image", "trackers", "last job"],
    shares.map(({ version, image, trackers, results }) => [
      version ?? "nothing told",
      short(image),
      String(trackers),
      Object.entries(results)
        .map(([end, count]) => `${count} ${end}`)
        .join(", "),
    ]),
  );
}

export function trackerTable(trackers: readonly Tracker[]): string {
  return table(
    ["tracker", "version", "image", "told", "last job"],
    trackers.map(({ thing, firmware }) => [
      thing,
      firmware?.version ?? "nothing told",
      short(firmware?.image),
      timeText(firmware?.toldAt),
      firmware === undefined ? "" : [resultText(firmware.result), firmware.result?.jobId].join(" "),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? "").length)));
  return lines
    .map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

function short(image = ""): string {
  return image.length <= IMAGE_CHARS ? image : `${image.slice(0, IMAGE_CHARS)}…`;
}

function timeText(seconds: number | undefined): string {
  if (seconds === undefined || Math.abs(seconds) > 8.64e12) return "";
  return `${new Date(seconds * 1000).toISOString().slice(0, 16)}Z`;
}
