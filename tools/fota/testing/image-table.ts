import { readFileSync } from "node:fs";

const document = readFileSync(new URL("../../../docs/mcuboot.md", import.meta.url), "utf8");

/** The rows of docs/mcuboot.md, "The bytes of an image", whose place and length are numbers. */
const fixedFields = [...document.matchAll(/^\| (\d+) \| ([124]) \| ([^|]+) \|$/gm)].map(
  ([, offset, length, name = ""]) => ({ offset: Number(offset), length: Number(length), name }),
);

export interface ReadEntry {
  readonly type: number;
  readonly value: Buffer;
}

export interface ReadByTable {
  /** By the words of the table's third column. */
  readonly fields: Readonly<Record<string, number>>;
  readonly padding: Buffer;
  readonly body: Buffer;
  /** Of header, padding, body and protected area. */
  readonly hashed: Buffer;
  readonly protectedEntries: readonly ReadEntry[];
  readonly entries: readonly ReadEntry[];
  /** Bytes behind the last area. */
  readonly rest: number;
}

/** Reads an image by that table and nothing else: the oracle of what fota packs. */
export function readByTable(image: Uint8Array): ReadByTable {
  const bytes = Buffer.from(image);
  const fields = Object.fromEntries(
    fixedFields.map(({ offset, length, name }) => [name, bytes.readUIntLE(offset, length)]),
  );
  const header = fields["H: header with its padding"] ?? 0;
  const protectedBytes = fields["P: protected TLV area; 0 for none"] ?? 0;
  const bodyEnd = header + (fields["B: body"] ?? 0);
  const last = bodyEnd + protectedBytes;
  const protectedEntries = protectedBytes === 0 ? [] : readArea(bytes, bodyEnd, 0x6908);
  return {
    fields,
    padding: bytes.subarray(32, header),
    body: bytes.subarray(header, bodyEnd),
    hashed: bytes.subarray(0, last),
    protectedEntries,
    entries: readArea(bytes, last, 0x6907),
    rest: bytes.length - last - bytes.readUInt16LE(last + 2),
  };
}

function readArea(bytes: Buffer, start: number, magic: number): ReadEntry[] {
  if (bytes.readUInt16LE(start) !== magic) throw new Error(`no area of ${magic} at ${start}`);
  const end = start + bytes.readUInt16LE(start + 2);
  const entries: ReadEntry[] = [];
  for (let at = start + 4; at < end; ) {
    const length = bytes.readUInt16LE(at + 2);
    entries.push({ type: bytes.readUInt16LE(at), value: bytes.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return entries;
}
