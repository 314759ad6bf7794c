import { type Flavour, flavours } from "./world/images.ts";
import type { Cut } from "./world/power-supply.ts";

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
  "add",
  "loseSession",
  "jumpAhead",
  "jumpBack",
  "newFile",
] as const;
/** `replace` cancels and orders another version, `add` only orders it; `newFile` is another file. */
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

export interface Outage {
  readonly server: "broker" | "files";
  readonly how: "refuse" | "ignore";
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
  readonly image: Flavour;
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
  image: "good",
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

const cutLetters = { before: "b", inside: "i", after: "a" } as const;

/**
 * A plan as words, which is also the case's name: `map=nrf9160 image=crash cut=17i cut=4b`. What is
 * as in `cleanPlan` is left out.
 */
export function planText(plan: Plan): string {
  const words = [`map=${plan.map}`];
  if (plan.image !== "good") words.push(`image=${plan.image}`);
  if (plan.seed !== 1) words.push(`seed=${plan.seed}`);
  if (plan.rough) words.push("rough=1");
  if (plan.order !== "rising") words.push(`order=${plan.order}`);
  for (const { operation, when } of plan.cuts) words.push(`cut=${operation}${cutLetters[when]}`);
  for (const one of plan.packets) words.push(`mqtt=${one.direction}:${one.index}:${one.fate}`);
  for (const one of plan.files) words.push(`file=${one.request}:${one.byte}:${one.fate}`);
  for (const one of plan.http) words.push(`http=${one.request}:${one.kind}:${one.count}`);
  for (const one of plan.outages) {
    words.push(`down=${one.server}:${one.how}:${one.fromS}:${one.forS}`);
  }
  for (const one of plan.actions) words.push(`do=${one.action}:${one.point.on}:${one.point.at}`);
  for (const one of plan.bits) words.push(`bit=${one.kind}:${one.page}:${one.byte}`);
  return words.join(" ");
}

/** @throws RangeError for what `planText` does not write */
export function parsePlan(text: string): Plan {
  let plan = cleanPlan;
  for (const word of text.split(/\s+/).filter((one) => one !== "")) plan = withWord(plan, word);
  return plan;
}

function withWord(plan: Plan, word: string): Plan {
  const [, name = "", value = ""] = /^(\w+)=(.+)$/.exec(word) ?? [];
  const parts = value.split(":");
  const [a = "", b = "", c = "", d = ""] = parts;
  switch (name) {
    case "map":
      return { ...plan, map: value };
    case "image":
      return { ...plan, image: oneOf(flavours, value, word) };
    case "seed":
      return { ...plan, seed: count(value, word) };
    case "rough":
      return { ...plan, rough: value === "1" };
    case "order":
      return { ...plan, order: oneOf(["rising", "pages"] as const, value, word) };
    case "cut":
      return { ...plan, cuts: [...plan.cuts, parseCut(value, word)] };
    case "mqtt": {
      const direction = oneOf(["up", "down"] as const, a, word);
      const fault = { direction, index: count(b, word), fate: oneOf(packetFates, c, word) };
      return { ...plan, packets: [...plan.packets, fault] };
    }
    case "file": {
      const fault = { request: count(a, word), byte: count(b, word) };
      return { ...plan, files: [...plan.files, { ...fault, fate: oneOf(byteFates, c, word) }] };
    }
    case "http":
      return {
        ...plan,
        http: [...plan.http, { request: count(a, word), kind: b, count: count(c, word) }],
      };
    case "down": {
      const server = oneOf(["broker", "files"] as const, a, word);
      const how = oneOf(["refuse", "ignore"] as const, b, word);
      const outage = { server, how, fromS: count(c, word), forS: count(d, word) };
      return { ...plan, outages: [...plan.outages, outage] };
    }
    case "do": {
      const on = oneOf(["up", "byte", "boot", "op", "time"] as const, b, word);
      const planned = { action: oneOf(actions, a, word), point: { on, at: count(c, word) } };
      return { ...plan, actions: [...plan.actions, planned] };
    }
    case "bit": {
      const fault = { kind: oneOf(bitKinds, a, word), page: count(b, word), byte: count(c, word) };
      return { ...plan, bits: [...plan.bits, fault] };
    }
    default:
      throw new RangeError(`${word}: no such word in a case`);
  }
}

function parseCut(value: string, word: string): Cut {
  const [, digits = "", letter = ""] = /^(\d+)([bia])$/.exec(value) ?? [];
  const when = letter === "b" ? "before" : letter === "i" ? "inside" : "after";
  return { operation: count(digits, word), when };
}

function oneOf<T extends string>(known: readonly T[], text: string, word: string): T {
  const found = known.find((one) => one === text);
  if (found === undefined) throw new RangeError(`${word}: one of ${known.join(", ")}`);
  return found;
}

function count(text: string, word: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new RangeError(`${word}: a number is missing`);
  return Number(text);
}
