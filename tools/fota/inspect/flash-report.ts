import { forecastBoots } from "../../../hw-test/desk/boot-forecast.ts";
import type { BootResult } from "../../../hw-test/desk/bootloader.ts";
import { partitions } from "../../image/memory-map.ts";
import { withCommas } from "../text.ts";
import { imageReport } from "./image-report.ts";
import { drawMap } from "./map.ts";
import { type Report, row } from "./report.ts";
import type { NamedKey } from "./signatures.ts";
import { slotGeometry, trailerFacts, trailerText } from "./slot.ts";

/** A dump of the default board's flash: both slots, and what the bootloader makes of them. */
export function flashReport(
  bytes: Uint8Array,
  keys: readonly NamedKey[],
  swap: "move" | "offset",
): Report {
  const [primary, secondary] = [slotOf(bytes, "image-0"), slotOf(bytes, "image-1")];
  // In the offset mode a new image begins one page into the secondary slot.
  const lead =
    swap === "offset" && isErased(secondary.subarray(0, 4)) ? slotGeometry.blockLength : 0;
  const slots = [
    slotReport("primary", primary, { keys, lead: 0 }),
    slotReport("secondary", secondary, { keys, lead }),
  ];
  const next = nextStarts({ primary, secondary }, swap);
  return {
    facts: {
      kind: "flash",
      bytes: bytes.length,
      slots: Object.fromEntries(slots.map(({ facts }, index) => [names[index], facts])),
      next: next.facts,
    },
    lines: [
      `a flash dump, ${withCommas(bytes.length)} bytes`,
      ...drawMap([{ address: 0, bytes }]),
      ...slots.flatMap(({ lines }) => lines),
      "",
      "at the next start the bootloader",
      ...next.text.split("; ").map((part) => `  ${part}`),
    ],
    problem: slots.find(({ problem }) => problem !== undefined)?.problem,
  };
}

const names: readonly string[] = ["primary", "secondary"];

function slotOf(bytes: Uint8Array, name: "image-0" | "image-1"): Uint8Array {
  const { offset, byteLength } = partitions[name];
  return bytes.subarray(offset, offset + byteLength);
}

function slotReport(
  name: string,
  slot: Uint8Array,
  { keys, lead }: { readonly keys: readonly NamedKey[]; readonly lead: number },
): Report {
  const trailer = trailerFacts(slot);
  const isEmpty = isErased(slot.subarray(lead, lead + 32));
  const image = isEmpty ? undefined : imageReport(slot.subarray(lead), keys);
  return {
    facts: { trailer, image: image?.facts },
    lines: [
      "",
      `${name} slot`,
      ...(image?.lines ?? [row("image", "none, it starts erased")]),
      ...(image?.problem === undefined ? [] : [row("PROBLEM", image.problem)]),
      row("trailer", trailerText(trailer)),
    ],
    problem: image?.problem && `${name} slot: ${image.problem}`,
  };
}

function isErased(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === slotGeometry.eraseValue);
}

type Next = { readonly facts: Readonly<Record<string, unknown>>; readonly text: string };

/** Three starts: what is done, what comes of it unconfirmed, and that it stays so. */
function nextStarts(
  slots: { readonly primary: Uint8Array; readonly secondary: Uint8Array },
  swap: "move" | "offset",
): Next {
  let boots: BootResult[];
  try {
    boots = forecastBoots(slots, slotGeometry, { starts: 2, build: { swap } });
  } catch (error) {
    // The model's flash refuses what MCUboot would write over bytes that are not erased.
    if (!(error instanceof RangeError)) throw error;
    const text = `cannot be foretold: ${error.message}`;
    return { facts: { does: "unknown" }, text };
  }
  const [first, second] = boots;
  const does = first?.did ?? "none";
  const starts = first?.image?.version;
  const then = second?.image?.version;
  return { facts: { does, starts, ifUnconfirmed: then }, text: nextText({ does, starts, then }) };
}

function nextText(next: {
  readonly does: BootResult["did"];
  readonly starts: string | undefined;
  readonly then: string | undefined;
}): string {
  const { does, starts, then } = next;
  if (does === "halted") return "stops: it starts nothing, and swaps nothing";
  const image = starts ?? "nothing: no image is fit to be";
  const back =
    starts === then ? "" : `; unless ${starts} confirms itself, ${then} is back after it`;
  const words: Readonly<Record<Exclude<BootResult["did"], "halted">, string>> = {
    none: `swaps nothing and starts ${image}`,
    test: `swaps the slots for a test and starts ${image}${back}`,
    permanent: `swaps the slots for good and starts ${image}`,
    revert: `swaps back what was never confirmed and starts ${image}`,
    resumed: `goes on with a swap that was cut short and starts ${image}${back}`,
    refused: `refuses what the secondary slot holds and starts ${image}`,
  };
  return words[does];
}
