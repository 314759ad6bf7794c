import { type HexRecord, hexRecord, toHex } from "../../../tools/image/hex.ts";
import { Random } from "../../desk/random.ts";
import { mutateBytes } from "./mutate.ts";

/** Address of the slot that the files are for. */
export const SLOT_ADDRESS = 0x10000;

/** A HEX file of a small image, written in one of the ways that tools write them. */
function soundHexFile(random: Random): string {
  const length = 1 + random.below(600);
  const address = SLOT_ADDRESS + random.below(3) * 256;
  const recordBytes = random.pick([1, 7, 16, 16, 16, 32, 64, 255]);
  const bytes = random.bytes(Math.min(length, recordBytes * 24));
  const lines = toHex(bytes, { address, recordBytes }).trim().split("\n");
  const end = lines.pop() ?? "";
  const base = random.below(4) === 0 ? segmentBase() : (lines.shift() ?? "");
  if (base.slice(7, 9) === "02") lines.shift();
  const extra = random.below(4) === 0 ? [startRecord(random)] : [];
  const order = random.below(6) === 0 ? random.shuffled(lines) : lines;
  const text = [base, ...extra, ...order, end].join(random.pick(["\n", "\n", "\r\n", "\r"]));
  const cased = random.below(4) === 0 ? text.toLowerCase() : text;
  return random.below(2) === 0 ? cased : `${cased}\n`;
}

/** `SLOT_ADDRESS` as a segment. */
function segmentBase(): string {
  return hexRecord({ type: 2, offset: 0, data: [SLOT_ADDRESS >> 12, 0] });
}

function startRecord(random: Random): string {
  return hexRecord({ type: random.pick([3, 5]), offset: 0, data: random.bytes(4) });
}

/** Made once: making them takes longer than damaging and parsing them. */
const pool: string[] = [];
const POOL_SIZE = 2000;

function fromPool(random: Random): string {
  const source = new Random(0xf11e);
  while (pool.length < POOL_SIZE) pool.push(soundHexFile(source));
  return random.pick(pool);
}

/** Sound, or damaged: its bytes, its records with checksums made right again, or its lines. */
export function anyHexFile(random: Random): Uint8Array {
  const text = fromPool(random);
  const kind = random.below(10);
  if (kind === 0) return Buffer.from(text, "latin1");
  if (kind < 5) return mutateBytes(Buffer.from(text, "latin1"), random);
  if (kind < 8) return Buffer.from(withChangedRecords(text, random), "latin1");
  return Buffer.from(withChangedLines(text, random), "latin1");
}

/** Fields of records take other values, and the checksum goes with them. */
function withChangedRecords(text: string, random: Random): string {
  const lines = text.split("\n");
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(lines.length);
    const bytes = Buffer.from((lines[at] ?? "").trim().slice(1), "hex");
    if (bytes.length < 5) continue;
    lines[at] = changedRecord(bytes, random);
  }
  return lines.join("\n");
}

function changedRecord(bytes: Buffer, random: Random): string {
  const record = {
    type: bytes[3] ?? 0,
    offset: bytes.readUInt16BE(1),
    data: new Uint8Array(bytes.subarray(4, -1)),
  };
  const changes: (() => HexRecord)[] = [
    () => ({ ...record, type: random.below(7) }),
    () => ({ ...record, offset: random.below(0x10000) }),
    () => ({ ...record, offset: record.offset ^ (1 << random.below(16)) }),
    () => ({ ...record, data: random.bytes(random.below(20)) }),
    () => ({ ...record, data: record.data.map((byte) => byte ^ (1 << random.below(8))) }),
    () => ({
      type: 4,
      offset: 0,
      data: random.pick([
        [0, 1],
        [0, 0],
        [0xff, 0xff],
        [0x80, 0],
        [0, 8],
      ]),
    }),
    () => ({
      type: 2,
      offset: 0,
      data: random.pick([
        [0x10, 0],
        [0x20, 0],
        [0xff, 0xff],
      ]),
    }),
  ];
  return hexRecord(random.pick(changes)());
}

function withChangedLines(text: string, random: Random): string {
  const lines = text.split("\n");
  const at = random.below(lines.length);
  const other = random.below(lines.length);
  const line = lines[at] ?? "";
  switch (random.below(5)) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(other, 0, line);
      break;
    case 2:
      lines.splice(at, 1, lines[other] ?? "");
      lines.splice(other, 1, line);
      break;
    case 3:
      lines.splice(at);
      break;
    default:
      lines.splice(at, 0, "", "\r", "\n");
  }
  return lines.join("\n");
}
