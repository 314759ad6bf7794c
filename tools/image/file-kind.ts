import { hasImageMagic } from "./mcuboot.ts";
import { FLASH_BYTES } from "./memory-map.ts";

/** What this project's files are told apart by; `other` is none of them. */
export type FileKind = "empty" | "hex" | "image" | "patch" | "json" | "flash" | "other";

export interface SeemingFile {
  readonly kind: FileKind;
  /** For people, with its article: `an ELF program`. */
  readonly about: string;
}

const COLON = 0x3a;

interface Sign {
  readonly kind: FileKind;
  readonly about: string;
  readonly fits: (bytes: Buffer) => boolean;
}

/** The first that fits. */
const signs: readonly Sign[] = Object.freeze([
  { kind: "empty", about: "an empty file", fits: (bytes) => bytes.length === 0 },
  { kind: "hex", about: "Intel HEX", fits: startsRecord },
  { kind: "flash", about: "a flash dump", fits: (bytes) => bytes.length === FLASH_BYTES },
  { kind: "image", about: "an MCUboot image in binary", fits: (bytes) => hasImageMagic(bytes) },
  { kind: "patch", about: "a patch", fits: startsWith("TFP") },
  { kind: "other", about: "an ELF program", fits: startsWith("\x7fELF") },
  { kind: "other", about: "a gzip archive", fits: startsWith("\x1f\x8b") },
  { kind: "other", about: "a zip archive", fits: startsWith("PK\x03\x04") },
  { kind: "other", about: "a UF2 file", fits: startsWith("UF2\n") },
  { kind: "other", about: "a PEM file", fits: startsWith("-----BEGIN ") },
  { kind: "other", about: "a Git LFS pointer", fits: startsWith("version https://git-lfs") },
  { kind: "other", about: "text in UTF-16", fits: startsWith("\xff\xfe", "\xfe\xff") },
  { kind: "other", about: "text with a byte order mark", fits: startsWith("\xef\xbb\xbf") },
  { kind: "other", about: "a web page or XML", fits: startsWith("<") },
  { kind: "other", about: "XS bytecode", fits: (bytes) => startsWith("XS_B")(bytes.subarray(4)) },
  {
    kind: "other",
    about: "Motorola S-records",
    fits: (bytes) => /^S[0-9][0-9A-F]{2}/.test(head(bytes)),
  },
  { kind: "json", about: "JSON", fits: (bytes) => /^\s*[{[]/.test(head(bytes)) },
  { kind: "other", about: "a Cortex-M program in binary", fits: hasVectors },
  { kind: "other", about: "text", fits: (bytes) => /^[\t\n\r -~\x80-\xff]+$/.test(head(bytes)) },
]);

/** By its first bytes, and its length: a guess for messages, and for a choice of reader. */
export function seemingKind(file: Uint8Array): SeemingFile {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const sign = signs.find(({ fits }) => fits(bytes));
  return sign ?? { kind: "other", about: "binary data of no known kind" };
}

function head(bytes: Buffer): string {
  return bytes.toString("latin1", 0, 512);
}

function startsWith(...texts: readonly string[]): (bytes: Buffer) => boolean {
  return (bytes) => texts.some((text) => head(bytes).startsWith(text));
}

/** Line ends may come before the first record. */
function startsRecord(bytes: Buffer): boolean {
  return bytes.find((byte) => byte !== 0x0d && byte !== 0x0a) === COLON;
}

/** A stack in SRAM and a reset handler in Thumb state, as the processor reads them at reset. */
function hasVectors(bytes: Buffer): boolean {
  if (bytes.length < 8) return false;
  const stack = bytes.readUInt32LE(0);
  return stack >>> 29 === 1 && stack % 4 === 0 && bytes.readUInt32LE(4) % 2 === 1;
}
