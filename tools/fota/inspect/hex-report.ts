import { hasImageMagic } from "../../image/mcuboot.ts";
import { flattened, readHexFile, type Segment } from "../hex-file.ts";
import { hexNumber, withCommas } from "../text.ts";
import { imageReport } from "./image-report.ts";
import { drawMap } from "./map.ts";
import type { Report } from "./report.ts";
import type { NamedKey } from "./signatures.ts";

/** More segments than fit a screen are counted. */
const SHOWN_SEGMENTS = 8;
const FLAT_MAX_BYTES = 16 * 1024 * 1024;

/** @throws UsageError for what is no sound HEX file, with line, byte and code */
export function hexReport(name: string, file: Uint8Array, keys: readonly NamedKey[]): Report {
  const { segments, longestRecord, startAddress } = readHexFile(name, file);
  const image = imageIn(segments);
  const inside = image && imageReport(image.bytes, keys);
  const shown = segments.slice(0, SHOWN_SEGMENTS).map(segmentLine);
  const rest = segments.length - shown.length;
  return {
    facts: {
      kind: "hex",
      bytes: file.length,
      longestRecord,
      startAddress,
      segments: segments.map(({ address, bytes }) => ({ address, bytes: bytes.length })),
      image: image && { address: image.address, ...inside?.facts },
    },
    lines: [
      `Intel HEX, ${withCommas(file.length)} bytes, records of up to ${longestRecord}`,
      ...shown,
      ...(rest > 0 ? [`  and ${rest} more`] : []),
      ...(segments.length === 0 ? ["  it holds no data"] : drawMap(segments)),
      ...(inside === undefined
        ? ["no MCUboot image: no bootloader starts this"]
        : [`MCUboot image at ${hexNumber(image?.address ?? 0)}`, ...inside.lines]),
    ],
    problem: segments.length === 0 ? "holds no data" : inside?.problem,
  };
}

function segmentLine({ address, bytes }: Segment): string {
  const end = hexNumber(address + bytes.length);
  return `  ${hexNumber(address)} to ${end}, ${withCommas(bytes.length)} bytes`;
}

/** From the first magic at a segment's start to the file's end, gaps 0xFF. */
function imageIn(segments: readonly Segment[]): Segment | undefined {
  const at = segments.findIndex(({ bytes }) => hasImageMagic(bytes));
  const own = segments.slice(at);
  const [first] = own;
  const last = own.at(-1);
  if (at < 0 || first === undefined || last === undefined) return undefined;
  const span = last.address + last.bytes.length - first.address;
  return span > FLAT_MAX_BYTES ? first : flattened(own);
}
