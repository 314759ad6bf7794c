import { slotAddresses } from "./device.ts";
import type { TrackerMap } from "./geometries.ts";
import { type Firmware, type Flavour, makeFirmware, type Packing } from "./images.ts";
import type { Plan } from "./plan.ts";
import { Random } from "./random.ts";

/** What runs at first, what the job brings, and what a second job brings. */
export interface Firmwares {
  readonly old: Firmware;
  readonly offered: Firmware;
  /** The same version as `offered`, other bytes: the file is changed under the job. */
  readonly changed: Firmware;
  readonly next: Firmware;
}

const made = new Map<string, Firmwares>();

/** The same for every case of a map, flavour and order; made once. */
export function firmwaresFor(map: TrackerMap, plan: Pick<Plan, "image" | "order">): Firmwares {
  const key = `${map.name} ${plan.image} ${plan.order}`;
  const found = made.get(key);
  if (found !== undefined) return found;
  const fresh = makeAll(map, plan);
  made.set(key, fresh);
  return fresh;
}

function makeAll(map: TrackerMap, { image, order }: Pick<Plan, "image" | "order">): Firmwares {
  const make = (version: string, flavour: Flavour, seed: number, bodyBytes: number): Firmware => {
    const address = slotAddresses.primary;
    // Records that come back to a page find none of its blocks given as erased.
    const isPadded = order === "rising";
    const one = makeFirmware({ version, flavour, bodyBytes, address, isPadded }, new Random(seed));
    return order === "rising" ? one : { ...one, hex: inHalves(one.hex, map.slot.blockLength) };
  };
  const shorter = map.bodyBytes - map.slot.blockLength;
  return {
    old: make("1.0.0", "good", 100, shorter),
    offered: make("1.0.1", image, 101, map.bodyBytes),
    changed: make("1.0.1", image, 102, map.bodyBytes),
    next: make("1.0.2", "good", 103, shorter),
  };
}

/** What the job brings, packed in another way. */
export function packedOffer(map: TrackerMap, flavour: Flavour, packing: Packing): Firmware {
  const { bodyBytes } = map;
  const order = { version: "1.0.1", flavour, bodyBytes, address: slotAddresses.primary, packing };
  return makeFirmware(order, new Random(101));
}

/** First the lower half of every page, then the upper ones: each page is written in two goes. */
function inHalves(hex: Uint8Array, pageBytes: number): Uint8Array {
  const lines = Buffer.from(hex).toString("latin1").trim().split("\n");
  const [base = "", ...rest] = lines;
  const end = rest.pop() ?? "";
  const isUpper = (line: string): boolean =>
    Number.parseInt(line.slice(3, 7), 16) % pageBytes >= pageBytes / 2;
  const halves = [rest.filter((line) => !isUpper(line)), rest.filter(isUpper)].flat();
  return Buffer.from(`${[base, ...halves, end].join("\n")}\n`, "latin1");
}
