import type { BoardEvents } from "../trackers/virtual/board-events.ts";
import type { FlashCount } from "../trackers/virtual/flash-meter.ts";
import type { JobState } from "./job.ts";

/** What `--json` prints (docs/command-line.md). */
export interface RunResult {
  /** Versions: flashed at first, promised by the job, in the primary slot at the end. */
  readonly from: string;
  readonly to: string;
  readonly running: string;
  readonly confirmed: boolean;
  /** Nothing was signed and no signature checked: only the integrity of what came was. */
  readonly unsigned: boolean;
  readonly job: JobState;
  readonly bytes: {
    readonly hex: number;
    /** Of each patch that the job offered. */
    readonly patches: readonly number[];
    readonly image: number;
    readonly downloaded: number;
  };
  /** The firmware's operations on the secondary slot. */
  readonly flash: FlashCount;
  /** The firmware's operations on the key-value store, and the bootloader's on everything. */
  readonly store: FlashCount;
  readonly bootloader: FlashCount;
  readonly resets: number;
  readonly powerCuts: number;
  /** Connections to the file server after the first one. */
  readonly resumes: number;
  readonly connections: number;
  readonly engine: string;
  readonly heap: Partial<BoardEvents["heap"] & BoardEvents["start"]>;
  readonly seconds: number;
  /** The swap is requested; with `--stop-before-boot` that is all there is to see. */
  readonly swapRequested: boolean;
}

/** The update reached what was asked for. */
export function isDone(result: RunResult, stopBeforeBoot: boolean): boolean {
  if (stopBeforeBoot) return result.swapRequested;
  const updated = result.running === result.to && result.confirmed;
  return updated && result.job.status === "SUCCEEDED";
}

/** Why the update is not done, in one line. */
export function describeEnd(result: RunResult): string {
  const { status, statusDetails } = result.job;
  const { reason, detail } = statusDetails;
  const why = reason === undefined ? "" : ` (${reason}: ${detail})`;
  const state = result.confirmed ? "confirmed" : "unconfirmed";
  return `job ${status}${why}; the tracker runs ${result.running}, ${state}`;
}

/** The table at the end of a run. */
export function summary(result: RunResult): string {
  const { bytes, flash, store, bootloader, job, heap } = result;
  const rows: [string, string][] = [
    ["firmware", `${result.from} -> ${result.running}${result.confirmed ? ", confirmed" : ""}`],
    ["evidence", result.unsigned ? "INTEGRITY ONLY: no signatures" : "signed release"],
    ["job", `${job.status}, version number ${job.versionNumber}`],
    ["engine", `${result.engine}, ${memoryText(heap)}`],
    ["HEX file", `${bytes.hex} bytes, ${bytes.image} of image`],
    ...patchRows(bytes, job.statusDetails["patchFailure"]),
    ["received", `${bytes.downloaded} bytes over ${result.connections} connections`],
    ["secondary slot", flashText(flash)],
    ["store", flashText(store)],
    ["bootloader", flashText(bootloader)],
    ["resets", `${result.resets}, power cuts ${result.powerCuts}`],
    ...heapRow(heap),
    ["time", `${result.seconds.toFixed(1)} s`],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(16)}${value}`).join("\n");
}

/** A board in Node has no pool, and tells nothing of its heap. */
function memoryText({ bits, poolBytes }: RunResult["heap"]): string {
  return poolBytes === 0
    ? "not XS: no figures of memory"
    : `${bits}-bit, ${poolBytes} bytes of memory`;
}

function heapRow({ slotPeakBytes, chunkPeakBytes }: RunResult["heap"]): [string, string][] {
  if (slotPeakBytes === undefined) return [];
  return [["heap", `${slotPeakBytes} bytes of slots, ${chunkPeakBytes} of chunks at most`]];
}

function patchRows(
  { hex, patches, downloaded }: RunResult["bytes"],
  failure: string | undefined,
): [string, string][] {
  if (patches.length === 0) return [];
  const sizes = patches.map((size) => `${size} bytes (${(size / hex).toFixed(3)} x the HEX file)`);
  const end = failure === undefined ? "" : `: given up, ${failure}`;
  const share = (downloaded / hex).toFixed(3);
  return [
    ["patch", `${sizes.join(", ")}${end}`],
    ["on the air", `${share} x the HEX file`],
  ];
}

function flashText({ erases, writes, bytesWritten, maxErasesPerPage }: FlashCount): string {
  return `${erases} erases (${maxErasesPerPage} a page at most), ${writes} writes, ${bytesWritten} bytes`;
}
