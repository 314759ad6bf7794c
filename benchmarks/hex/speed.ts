import { crc32 } from "../../firmware/verify/crc32.ts";
import { kitIsMissing } from "../../hw-test/dev-kit/program.ts";
import { print } from "../../tools/command-line/command.ts";
import { toHex } from "../../tools/image/hex.ts";
import { sum } from "../cortex-m/counters.ts";
import type { Figure } from "../figure.ts";
import { measureOnKit } from "./script.ts";

const IMAGE_BYTES = 16 * 1024;
const RECORD_BYTES = [16, 32, 255];
const libraries = ["intel-hex", "nrf-intel-hex"];
/** HEX to slot, against each library's parsing alone. */
const goal = { atLeast: 5 };

/** Instructions of a Cortex-M4: our parser, alone and with the slot writer, and what npm has. */
export async function hexSpeed(): Promise<Figure[]> {
  const missing = await kitIsMissing();
  if (missing !== undefined) {
    print(`  not measured: ${missing}\n`);
    return [];
  }
  const figures: Figure[] = [];
  for (const recordBytes of RECORD_BYTES) figures.push(...(await speedAt(recordBytes)));
  return figures;
}

async function speedAt(recordBytes: number): Promise<Figure[]> {
  const image = Uint8Array.from({ length: IMAGE_BYTES }, (_, at) => (at * 2654435761) >>> 13);
  const text = toHex(image, { address: 0x10000, recordBytes });
  const expected = String(crc32(0, image, 0, image.byteLength));
  const where = `${recordBytes}-byte records`;
  const instructions = async (name: string): Promise<number> => {
    const { counts, found } = await measureOnKit(name, text);
    const isBare = name === "feed" || name === "nothing";
    if (!isBare && found !== expected) throw new Error(`${name}: CRC-32 ${found}, not ${expected}`);
    return sum(counts);
  };
  // Scripts that do all but the parsing.
  const feed = await instructions("feed");
  const nothing = await instructions("nothing");
  const perCharacter = (name: string, instructions: number): Figure => ({
    name: `${where}: ${name}`,
    value: Math.round(instructions / text.length),
    unit: "instructions a character",
  });
  const slot = (await instructions("slot")) - feed;
  const figures = [
    perCharacter("HEX parser", (await instructions("parser")) - feed),
    perCharacter("HEX to slot", slot),
  ];
  for (const name of libraries) {
    const library = (await instructions(name)) - nothing;
    const ratio = { name: `${where}: ${name} / HEX to slot`, value: library / slot, unit: "" };
    figures.push(perCharacter(name, library), { ...ratio, goal });
  }
  return figures;
}
