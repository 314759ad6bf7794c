import { bootNames } from "../../tools/image/formats.ts";
import { flavours, ways } from "../desk/images.ts";
import {
  actions,
  bitKinds,
  byteFates,
  cleanPlan,
  outageKinds,
  type Plan,
  packetFates,
} from "../desk/plan.ts";
import type { Cut } from "../desk/power-supply.ts";

const cutLetters = { before: "b", inside: "i", after: "a" } as const;

/**
 * A plan as words, which is also the case's name: `map=nrf9160 image=crash cut=17i cut=4b`. What is
 * as in `cleanPlan` is left out.
 */
export function planText(plan: Plan): string {
  const words = [`map=${plan.map}`];
  if (plan.boot !== "mcuboot") words.push(`boot=${plan.boot}`);
  if (plan.image !== "good") words.push(`image=${plan.image}`);
  if (plan.way !== "hex") words.push(`way=${plan.way}`);
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
    case "boot":
      return { ...plan, boot: oneOf(bootNames, value, word) };
    case "image":
      return { ...plan, image: oneOf(flavours, value, word) };
    case "way":
      return { ...plan, way: oneOf(ways, value, word) };
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
      const how = oneOf(outageKinds, b, word);
      const outage = { server, how, fromS: seconds(c, word), forS: count(d, word) };
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

/** To the millisecond. */
function seconds(text: string, word: string): number {
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(text)) throw new RangeError(`${word}: no time`);
  return Number(text);
}

function count(text: string, word: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new RangeError(`${word}: a number is missing`);
  return Number(text);
}
