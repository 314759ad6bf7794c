import { toHex } from "../../tools/image/hex.ts";
import type { Figure } from "../figure.ts";
import { type Measured, measureOnXs } from "./script.ts";

/** Small, in favour of the libraries: on XS their time grows with the square of the file. */
const IMAGE_BYTES = 32 * 1024;
const RECORD_BYTES = [16, 32, 255];
const libraries = ["intel-hex", "nrf-intel-hex"];
/** DESIGN.md, "Goals for the device": HEX to slot, against each library's parsing alone. */
const goal = { atLeast: 5 };

/** Our parser, alone and with the slot writer, against what npm has, on the same engine. */
export async function hexSpeed(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const recordBytes of RECORD_BYTES) figures.push(...(await speedAt(recordBytes)));
  return figures;
}

async function speedAt(recordBytes: number): Promise<Figure[]> {
  const image = Uint8Array.from({ length: IMAGE_BYTES }, (_, at) => (at * 2654435761) >>> 13);
  const text = toHex(image, { address: 0x10000, recordBytes });
  const measure = async (name: string): Promise<Measured> => {
    const measured = await measureOnXs(name, text);
    if (measured.byteCount !== IMAGE_BYTES) throw new Error(`${name}: ${measured.byteCount} bytes`);
    return measured;
  };
  const parser = await measure("parser");
  const slot = await measure("slot");
  const where = `${recordBytes}-byte records`;
  const perCharacter = (name: string, { codes }: Measured): Figure => ({
    name: `${where}: ${name}`,
    value: codes / text.length,
    unit: "byte codes a character",
  });
  const figures = [perCharacter("HEX parser", parser), perCharacter("HEX to slot", slot)];
  for (const name of libraries) {
    const library = await measure(name);
    figures.push(
      perCharacter(name, library),
      ratio(`${where}: ${name} / HEX parser, byte codes`, library.codes / parser.codes),
      ratio(`${where}: ${name} / HEX parser, time`, library.milliseconds / parser.milliseconds),
      ratio(`${where}: ${name} / HEX to slot, byte codes`, library.codes / slot.codes),
      {
        ...ratio(`${where}: ${name} / HEX to slot, time`, library.milliseconds / slot.milliseconds),
        goal,
      },
    );
  }
  return figures;
}

function ratio(name: string, value: number): Figure {
  return { name, value, unit: "" };
}
