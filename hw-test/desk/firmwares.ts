import { slotAddresses } from "./device.ts";
import type { TrackerMap } from "./geometries.ts";
import { type Firmware, type Flavour, makeFirmware, type Packing, withPatch } from "./images.ts";
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

type Offer = Pick<Plan, "boot" | "image" | "order" | "way">;

/** The same for every case of a map, flavour, order and way; made once. */
export function firmwaresFor(map: TrackerMap, plan: Offer): Firmwares {
  const key = `${map.name} ${plan.boot} ${plan.image} ${plan.order} ${plan.way}`;
  const found = made.get(key);
  if (found !== undefined) return found;
  const fresh = makeAll(map, plan);
  made.set(key, fresh);
  return fresh;
}

function makeAll(map: TrackerMap, { boot, image, order, way }: Offer): Firmwares {
  const { bodyBytes } = map;
  const { blockLength } = map.slot;
  const base = {
    boot,
    address: slotAddresses.primary,
    // Records that come back to a page find none of its blocks given as erased.
    isPadded: order === "rising",
  };
  const inOrder = (one: Firmware): Firmware =>
    order === "rising" ? one : { ...one, hex: inHalves(one.hex, blockLength) };
  const first = { ...base, version: "1.0.0", bodyBytes: bodyBytes - blockLength };
  const old = inOrder(makeFirmware({ ...first, flavour: "good" }, new Random(100)));
  const make = (version: string, flavour: Flavour, seed: number, bytes: number): Firmware => {
    const after = way === "hex" ? undefined : old;
    const wanted = { ...base, version, flavour, bodyBytes: bytes, after };
    const one = inOrder(makeFirmware(wanted, new Random(seed)));
    return way === "hex" ? one : withPatch(one, old, way);
  };
  return {
    old,
    offered: make("1.0.1", image, 101, bodyBytes),
    changed: make("1.0.1", image, 102, bodyBytes),
    next: make("1.0.2", "good", 103, bodyBytes - blockLength),
  };
}

/** What the job brings, packed in another way. */
export function packedOffer(map: TrackerMap, flavour: Flavour, packing: Packing): Firmware {
  const { bodyBytes } = map;
  const address = slotAddresses.primary;
  const order = { version: "1.0.1", flavour, bodyBytes, address, packing };
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
