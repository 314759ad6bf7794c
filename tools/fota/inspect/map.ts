import chalk from "chalk";
import { dissect } from "../../image/anatomy.ts";
import { ERASED, FLASH_BYTES, type Partition, partitions } from "../../image/memory-map.ts";
import { trailerBytes } from "../../image/trailer.ts";
import type { Segment } from "../hex-file.ts";
import { hexNumber } from "../text.ts";
import { slotGeometry } from "./slot.ts";

/** With address, name and size before it a row has 79 columns. */
const CELLS = 48;

/** What a cell of the map is; where it is several, the first of these is drawn. */
const marks = Object.freeze({
  header: { letter: "H", colour: chalk.cyan },
  tlvs: { letter: "T", colour: chalk.yellow },
  trailer: { letter: "t", colour: chalk.magenta },
  body: { letter: "=", colour: chalk.green },
  data: { letter: "#", colour: chalk.white },
  erased: { letter: ".", colour: chalk.gray },
});
type Mark = keyof typeof marks;

/** Addresses; `end` is the first one behind it. */
interface Range {
  readonly start: number;
  readonly end: number;
}

interface Picture {
  readonly segments: readonly Segment[];
  /** The parts of the images. */
  readonly parts: readonly (Range & { readonly mark: Mark })[];
}

interface Row extends Range {
  readonly name: string;
}

const slots: readonly Row[] = [rowOf(partitions["image-0"]), rowOf(partitions["image-1"])];
const trailers: readonly Range[] = slots.map(({ end }) => ({
  start: end - trailerBytes(slotGeometry),
  end,
}));

/** The flash with what the segments put there, a row a partition. */
export function drawMap(segments: readonly Segment[]): string[] {
  const picture = { segments, parts: segments.flatMap(imageParts) };
  const [first] = segments;
  const last = segments.at(-1);
  if (first === undefined || last === undefined) return [];
  const end = last.address + last.bytes.length;
  const isOutside = end > FLASH_BYTES;
  const span = { name: "file", start: first.address, end };
  const rows = isOutside ? [span] : Object.values(partitions).map(rowOf);
  return [...rows.map((one) => drawRow(one, picture)), legend()];
}

function rowOf({ name, offset, byteLength }: Partition): Row {
  return { name, start: offset, end: offset + byteLength };
}

function drawRow({ name, start, end }: Row, picture: Picture): string {
  const byteLength = end - start;
  const edge = (index: number): number => start + Math.floor((index * byteLength) / CELLS);
  const cells = Array.from({ length: CELLS }, (_, index) => {
    const cell = { start: edge(index), end: edge(index + 1) };
    const { letter, colour } = marks[markOf(cell, picture)];
    return colour(letter);
  });
  return `${hexNumber(start)} ${name.padEnd(10)} ${sizeText(byteLength).padStart(7)} ${cells.join("")}`;
}

/** At most 7 characters. */
function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kilobytes = Math.round(bytes / 1024);
  return kilobytes < 10_000 ? `${kilobytes} KB` : `${Math.round(kilobytes / 1024)} MB`;
}

function markOf(cell: Range, { segments, parts }: Picture): Mark {
  const has = (mark: Mark): boolean =>
    parts.some((part) => part.mark === mark && isShared(part, cell));
  if (has("header")) return "header";
  if (has("tlvs")) return "tlvs";
  if (trailers.some((trailer) => isWritten(segments, overlap(trailer, cell)))) return "trailer";
  if (has("body")) return "body";
  return isWritten(segments, cell) ? "data" : "erased";
}

function isShared(one: Range, other: Range): boolean {
  return one.start < other.end && other.start < one.end;
}

function overlap(one: Range, other: Range): Range {
  return { start: Math.max(one.start, other.start), end: Math.min(one.end, other.end) };
}

/** Whether something else than erased bytes stands there. */
function isWritten(segments: readonly Segment[], { start, end }: Range): boolean {
  return segments.some(({ address, bytes }) => {
    const from = Math.max(0, start - address);
    return (
      from < end - address && bytes.subarray(from, end - address).some((byte) => byte !== ERASED)
    );
  });
}

function legend(): string {
  const words = (Object.keys(marks) as Mark[]).map((mark) => `${marks[mark].letter} ${mark}`);
  return `  ${words.join("  ")}`;
}

/** Of the images that stand at the start of a slot or of the segment. */
function imageParts({ address, bytes }: Segment): Picture["parts"] {
  const starts = new Set([address, ...slots.map(({ start }) => start)]);
  return [...starts].flatMap((start): Picture["parts"] => {
    const at = start - address;
    if (at < 0 || at >= bytes.length) return [];
    const { header, end } = dissect(bytes.subarray(at));
    if (header === undefined) return [];
    const bodyStart = start + header.headerBytes;
    const bodyEnd = bodyStart + header.bodyBytes;
    return [
      { start, end: bodyStart, mark: "header" },
      { start: bodyStart, end: bodyEnd, mark: "body" },
      { start: bodyEnd, end: start + (end ?? bodyEnd - start), mark: "tlvs" },
    ];
  });
}
