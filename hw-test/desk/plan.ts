import type { BootName } from "../../tools/image/formats.ts";
import type { Flavour, Way } from "./images.ts";
import type { Cut } from "./power-supply.ts";

/** When something is done to the world. */
export interface Point {
  /**
   * - `up`: the tracker's n-th packet to the broker arrives;
   * - `byte`: the file server has delivered so many bytes;
   * - `boot`: the n-th boot begins;
   * - `op`: the n-th flash or store operation of the run is due;
   * - `time`: so many seconds have passed.
   */
  readonly on: "up" | "byte" | "boot" | "op" | "time";
  readonly at: number;
}

export const actions = [
  "cancel",
  "cancelJob",
  "delete",
  "deleteJob",
  "timeOut",
  "replace",
  "reuse",
  "add",
  "loseSession",
  "jumpAhead",
  "jumpBack",
  "newFile",
] as const;
/**
 * `replace` cancels and orders another version, `reuse` deletes the job and orders it under the same
 * id, `add` only orders it; `newFile` is another file.
 */
export type Action = (typeof actions)[number];

export interface PlannedAction {
  readonly action: Action;
  readonly point: Point;
}

export const packetFates = ["lose", "cut", "stall", "delay", "double"] as const;
export interface PacketFault {
  readonly direction: "up" | "down";
  readonly index: number;
  readonly fate: (typeof packetFates)[number];
}

export const byteFates = ["drop", "stall", "delay"] as const;
export interface FileFault {
  readonly request: number;
  readonly byte: number;
  readonly fate: (typeof byteFates)[number];
}

/** The n-th request, and `count` after it, get something else than a good answer. */
export interface HttpFault {
  readonly request: number;
  /** A name of http-faults.ts. */
  readonly kind: string;
  readonly count: number;
}

export const outageKinds = ["refuse", "ignore", "lose"] as const;
/**
 * New connections are refused, or get no answer; with `lose`, no coverage, those that there are go
 * silent as well, and nobody is told.
 */
export interface Outage {
  readonly server: "broker" | "files";
  readonly how: (typeof outageKinds)[number];
  readonly fromS: number;
  readonly forS: number;
}

export const bitKinds = [
  "deadPage",
  "stuckBit",
  "flip",
  "eraseError",
  "writeError",
  "storeError",
] as const;
/**
 * Flash of the secondary slot that is broken from the start: a page that no erase clears, a bit that
 * never changes, operations that report an error. `flip`: a bit changes by itself, a while after the
 * page was written. `storeError`: not of the slot; the `page`-th change of the store, and `byte`
 * after it, report an error.
 */
export interface BitFault {
  readonly kind: (typeof bitKinds)[number];
  readonly page: number;
  /** Byte in the page. */
  readonly byte: number;
}

/** All that a case does to one update; nothing else is random. */
export interface Plan {
  readonly map: string;
  readonly boot: BootName;
  readonly image: Flavour;
  readonly way: Way;
  readonly seed: number;
  /** Torn operations leave anything; else they leave their first half. */
  readonly rough: boolean;
  /** Order of the HEX file's records. */
  readonly order: "rising" | "pages";
  readonly cuts: readonly Cut[];
  readonly packets: readonly PacketFault[];
  readonly files: readonly FileFault[];
  readonly http: readonly HttpFault[];
  readonly outages: readonly Outage[];
  readonly actions: readonly PlannedAction[];
  readonly bits: readonly BitFault[];
}

export const cleanPlan: Plan = Object.freeze({
  map: "p512w4",
  boot: "mcuboot",
  image: "good",
  way: "hex",
  seed: 1,
  rough: false,
  order: "rising",
  cuts: [],
  packets: [],
  files: [],
  http: [],
  outages: [],
  actions: [],
  bits: [],
});
