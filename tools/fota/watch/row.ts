import { printable } from "../../../firmware/printable.ts";
import { isUnderWay, type TrackerProgress } from "./progress.ts";

/** What is shown of one tracker; what it says itself is made fit for a terminal. */
export interface Row {
  readonly thing: string;
  readonly status: string;
  readonly phase: string;
  readonly percent: string;
  readonly rate: string;
  readonly version: string;
  readonly reason: string;
}

const TEXT_MAX_CHARS = 200;

export function rowOf(tracker: TrackerProgress): Row {
  const { thing, status, details = {}, bytesPerSecond } = tracker;
  const said = (name: string): string => printable(details[name] ?? "", TEXT_MAX_CHARS);
  const percent = status === "IN_PROGRESS" ? said("percent") : "";
  const rate = isUnderWay(tracker) && bytesPerSecond !== undefined ? rateText(bytesPerSecond) : "";
  const reason = [said("reason"), said("detail")].filter((text) => text !== "").join(": ");
  return {
    thing: printable(thing, TEXT_MAX_CHARS),
    status,
    phase: said("phase"),
    percent: percent === "" ? "" : `${percent} %`,
    rate,
    version: said("version"),
    reason,
  };
}

export function rateText(bytesPerSecond: number): string {
  return bytesPerSecond < 1000
    ? `${Math.round(bytesPerSecond)} B/s`
    : `${(bytesPerSecond / 1000).toFixed(1)} KB/s`;
}
