import intelHex from "intel-hex";
import MemoryMap from "nrf-intel-hex";
import { Failure } from "../../../firmware/failure.ts";
import { HexParser } from "../../../firmware/hex/parser.ts";
import { SlotWriter } from "../../../firmware/slot/writer.ts";
import { trailerBytes } from "../../../tools/image/trailer.ts";
import { BrokenInvariant } from "../../desk/broken-invariant.ts";
import type { Random } from "../../desk/random.ts";
import { NorFlash } from "../../model/nor-flash.ts";
import type { Fuzzer } from "./fuzzer.ts";
import { anyHexFile, SLOT_ADDRESS } from "./hex-files.ts";
import { referenceImage } from "./hex-reference.ts";

const geometry = Object.freeze({
  byteLength: 7 * 512,
  blockLength: 512,
  writeAlign: 4,
  eraseValue: 0xff,
});
/** Two pages hold an image; a page is for the move, four are the trailer's. */
const imageMaxBytes = 2 * 512;
const blank = new Uint8Array(geometry.byteLength - imageMaxBytes).fill(0xff);
const addresses = Object.freeze({ primary: SLOT_ADDRESS, secondary: 0x80000 });

/** What is refused for where it goes, not for how it is written. */
const placeCodes: ReadonlySet<string> = new Set([
  "SLOT_ADDRESS",
  "SLOT_TRAILER",
  "SLOT_OVERLAP",
  "SLOT_ORDER",
  "IMAGE_EMPTY",
]);

/**
 * HEX files through parser and slot writer. What is accepted is what the specification says, and what
 * `intel-hex` and `nrf-intel-hex` read where they read it at all; what is refused for its form is
 * no HEX file; nothing is ever written outside the slot's image.
 */
export const hexFuzzer: Fuzzer = {
  name: "hex",
  count: 1_000_000,
  feed(random: Random) {
    const file = anyHexFile(random);
    const text = Buffer.from(file).toString("latin1");
    const flash = new NorFlash(geometry);
    const failure = parse(file, flash, random);
    checkTrailer(flash);
    const expected = referenceImage(text);
    if (failure === undefined) checkAccepted(text, flash, expected);
    else if (expected !== undefined && !placeCodes.has(failure.code)) {
      throw wrong(`refused with ${failure.code} (${failure.detail})`, text);
    }
  },
};

function parse(file: Uint8Array, flash: NorFlash, random: Random): Failure | undefined {
  const nothing = (): void => {};
  const writer = new SlotWriter({
    flash,
    addresses,
    onPageWritten: nothing,
    onPageReopened: nothing,
  });
  const parser = new HexParser((address, bytes, length) => writer.write(address, bytes, length));
  const pieceBytes = random.pick([1, 3, 50, 1024]);
  try {
    for (let at = 0; at < file.length; at += pieceBytes) {
      const piece = file.slice(at, at + pieceBytes);
      parser.push(piece, piece.length);
    }
    parser.end();
    writer.finish();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  return undefined;
}

function checkTrailer(flash: NorFlash): void {
  const rest = flash.bytes.subarray(imageMaxBytes);
  if (!same(rest, blank)) throw new BrokenInvariant("written behind the image");
}

function checkAccepted(
  text: string,
  flash: NorFlash,
  expected: Map<number, number> | undefined,
): void {
  if (expected === undefined) throw wrong("accepted, and is no HEX file", text);
  const found = flash.bytes.subarray(0, imageMaxBytes);
  const wanted = new Uint8Array(imageMaxBytes).fill(0xff);
  for (const [address, byte] of expected) wanted[address - slotOf(expected)] = byte;
  if (!same(found, wanted)) throw wrong("written otherwise than the file says", text);
  for (const other of libraryImages(text, slotOf(expected))) {
    if (!same(found, other)) throw wrong("written otherwise than a library reads it", text);
  }
}

/** A file may be linked for either slot. */
function slotOf(image: Map<number, number>): number {
  const [first = 0] = image.keys();
  return first >= addresses.secondary ? addresses.secondary : addresses.primary;
}

/** What the libraries make of it; one that refuses a file, or that it is known to misread, is out. */
function libraryImages(text: string, base: number): Uint8Array[] {
  const images: Uint8Array[] = [];
  try {
    images.push(MemoryMap.fromHex(text).slicePad(base, imageMaxBytes, 0xff));
  } catch {
    // It throws plain Errors for what it does not take: CR line ends, some overlaps.
  }
  if (isForIntelHex(text)) {
    try {
      const { data } = intelHex.parse(text, 2 * imageMaxBytes, base);
      const image = new Uint8Array(imageMaxBytes).fill(0xff);
      image.set(data.subarray(0, imageMaxBytes));
      images.push(image);
    } catch {
      // The same.
    }
  }
  return images;
}

/** It takes an empty data record beyond its buffer for the end of the file. */
function isForIntelHex(text: string): boolean {
  return !/:00[0-9a-f]{4}00/i.test(text);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function wrong(what: string, text: string): BrokenInvariant {
  return new BrokenInvariant(`${what}: ${JSON.stringify(text)}`);
}

if (trailerBytes(geometry) > geometry.byteLength - imageMaxBytes - geometry.blockLength) {
  throw new RangeError("the trailer does not fit");
}
