import type { FlashGeometry } from "../../firmware/ports/flash.ts";
import { trailerBytes } from "../../tools/image/trailer.ts";

/** A slot as some part has it, and the size of the new image for it. */
export interface TrackerMap {
  readonly name: string;
  readonly slot: FlashGeometry;
  /** Body of the new image in bytes; the old one's is a page shorter or longer. */
  readonly bodyBytes: number;
}

export function trailerPages(slot: FlashGeometry): number {
  return Math.ceil(trailerBytes(slot) / slot.blockLength);
}

interface Part {
  readonly page: number;
  readonly align: number;
  readonly erased: number;
}

/** Six pages for image and move, besides the trailer; an image of two pages and a half. */
function small({ page, align, erased }: Part): TrackerMap {
  const shape = { blockLength: page, writeAlign: align, eraseValue: erased };
  const trailer = trailerPages({ ...shape, byteLength: 0 });
  return {
    name: `p${page}w${align}${erased === 0 ? "e00" : ""}`,
    slot: Object.freeze({ ...shape, byteLength: (trailer + 6) * page }),
    bodyBytes: Math.floor(page * 2.5),
  };
}

const nrf9160: TrackerMap = Object.freeze({
  name: "nrf9160",
  slot: Object.freeze({ byteLength: 0x70000, blockLength: 4096, writeAlign: 4, eraseValue: 0xff }),
  bodyBytes: 100_000,
});

const parts: readonly Part[] = [
  { page: 512, align: 4, erased: 0xff },
  { page: 512, align: 1, erased: 0xff },
  { page: 512, align: 32, erased: 0x00 },
  { page: 1024, align: 8, erased: 0xff },
  { page: 1024, align: 2, erased: 0x00 },
  { page: 2048, align: 16, erased: 0xff },
  { page: 4096, align: 4, erased: 0x00 },
  { page: 8192, align: 32, erased: 0xff },
];

export const trackerMaps: readonly TrackerMap[] = Object.freeze([...parts.map(small), nrf9160]);

/** @throws RangeError for a name that is none */
export function trackerMap(name: string): TrackerMap {
  const found = trackerMaps.find((map) => map.name === name);
  const names = trackerMaps.map((map) => map.name).join(", ");
  if (found === undefined) throw new RangeError(`map=${name}: known are ${names}`);
  return found;
}
