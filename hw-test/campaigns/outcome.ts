import type { Flavour } from "../desk/images.ts";
import type { ReportedFirmware } from "../desk/jobs-cloud.ts";

export interface JobEnd {
  readonly jobId: string;
  /** What it brings. */
  readonly version: string;
  /** `DELETED` when there is no execution any more. */
  readonly status: string;
  readonly details: Readonly<Record<string, string>>;
}

/** How one case has ended, for the invariants. */
export interface Outcome {
  readonly running: { readonly version: string; readonly flavour: Flavour };
  /** What the thing's shadow says; undefined if it says nothing, or the tracker has given it up. */
  readonly shadow: ReportedFirmware | undefined;
  readonly jobs: readonly JobEnd[];
  /** Power cuts and resets that came, and boots. */
  readonly cuts: number;
  /** One of the cuts met an image that ran unconfirmed. */
  readonly cutInTrial: boolean;
  /** Two cuts have had MCUboot forget the revert: the new image stays, whatever it is. */
  readonly isRevertLost: boolean;
  readonly resets: number;
  readonly boots: number;
  /** Flash and store operations, and those since the last power-on after a cut. */
  readonly operations: number;
  readonly operationsAfterCut: number;
  readonly packets: { readonly up: number; readonly down: number };
  /** Faults of link and servers, and actions, that came. */
  readonly faults: number;
  /** Bytes that the file server delivered, heads included, and what a clean run takes. */
  readonly deliveredBytes: number;
  /** Those that came when there was no job any more. */
  readonly deliveredInVain: number;
  readonly requests: number;
  readonly hexBytes: number;
  /** Of the patch that the first job offers; 0 if it offers none. */
  readonly patchBytes: number;
  readonly connections: { readonly broker: number; readonly files: number };
  /** The same, opened after the last fault. */
  readonly attemptsAfterFaults: number;
  readonly resetsAfterFaults: number;
  /** Highest count of firmware's erases of one page of the secondary slot. */
  readonly erasesMax: number;
  readonly virtualMs: number;
  /** Digests of what flash and store held at each cut. */
  readonly states: readonly string[];
  readonly log: readonly string[];
}
