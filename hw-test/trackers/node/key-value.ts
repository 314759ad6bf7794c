import { crc32 } from "../../../firmware/verify/crc32.ts";
import { ERASED, PAGE_BYTES, WRITE_BLOCK_BYTES } from "../../../tools/image/memory-map.ts";
import type { FlashPart } from "./flash-chip.ts";

/** `path/key`, 15 characters each. */
const NAME_MAX_BYTES = 31;
const VALUE_MAX_BYTES = 1024;
const BANK_BYTES = 0x4000;
const HEAD_BYTES = 16;
const RECORD_HEAD_BYTES = 8;
const MAGIC = Buffer.from("KV1\0");

const types = Object.freeze({ deleted: 0, buffer: 1, string: 2 });
export type ValueType = "buffer" | "string";

interface Entry {
  readonly name: Buffer;
  readonly type: number;
  readonly value: Buffer;
  /** All of it, as it stands in flash. */
  readonly bytes: Buffer;
}

interface Bank {
  /** In the partition: 0 or BANK_BYTES. */
  readonly start: number;
  readonly sequence: number;
  /** Of the log, from the bank's start. */
  end: number;
  /** Something that is no record follows the log's end. */
  isTorn: boolean;
}

/**
 * The store of hw-test/board/kv.h, byte for byte, so that either board reads what the other wrote: two
 * banks, each a head and a log of records closed by a CRC; the live ones move when a bank is full.
 */
export class KeyValueLog {
  private readonly flash: FlashPart;
  private bank: Bank | undefined;

  constructor(flash: FlashPart) {
    this.flash = flash;
    for (const start of [0, BANK_BYTES]) {
      const sequence = this.readHead(start);
      if (sequence === undefined) continue;
      // Serial number arithmetic (RFC 1982): the number after 0xffffffff is 0, and is the later one.
      const isLater = this.bank === undefined || ((sequence - this.bank.sequence) | 0) > 0;
      if (isLater) this.bank = { start, sequence, end: HEAD_BYTES, isTorn: false };
    }
    if (this.bank !== undefined) this.findLogEnd(this.bank);
  }

  /** @returns undefined if there is no such name; RangeError "mismatch" for one of another type */
  read(name: string, type: ValueType): Buffer | undefined {
    const found = this.find(Buffer.from(name));
    if (found === undefined || found.type === types.deleted) return undefined;
    if (found.type !== types[type]) throw new TypeError("mismatch");
    return Buffer.from(found.value);
  }

  /** Atomic; writes nothing if the value is already there. @throws RangeError in the board's words */
  write(name: string, type: ValueType, value: Uint8Array): void {
    const nameBytes = Buffer.from(name);
    if (nameBytes.length === 0 || nameBytes.length > NAME_MAX_BYTES) {
      throw new RangeError("invalid key");
    }
    if (value.byteLength > VALUE_MAX_BYTES) throw new RangeError("value too long");
    const now = this.find(nameBytes);
    if (now?.type === types[type] && now.value.equals(value)) return;
    this.append(encode(nameBytes, types[type], value));
  }

  /** Atomic; harmless where there is no such name. */
  remove(name: string): void {
    const nameBytes = Buffer.from(name);
    const now = this.find(nameBytes);
    if (now === undefined || now.type === types.deleted) return;
    this.append(encode(nameBytes, types.deleted, Buffer.alloc(0)));
  }

  private view(start: number, offset: number, byteLength: number): Buffer {
    const bytes = this.flash.view(start + offset, byteLength);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @returns the bank's sequence number, or undefined if it has no head */
  private readHead(start: number): number | undefined {
    const head = this.view(start, 0, HEAD_BYTES);
    const isSound =
      head.subarray(0, 4).equals(MAGIC) && head.readUInt32LE(8) === crc32(0, head, 0, 8);
    return isSound ? head.readUInt32LE(4) : undefined;
  }

  private findLogEnd(bank: Bank): void {
    for (const { bytes } of this.entriesFrom(bank.start)) bank.end += bytes.byteLength;
    const rest = this.view(bank.start, bank.end, BANK_BYTES - bank.end);
    bank.isTorn = !rest.every((byte) => byte === ERASED);
  }

  /** Up to the first thing that is no sound record. */
  private *entriesFrom(start: number): Generator<Entry> {
    for (let offset = HEAD_BYTES; ; ) {
      const entry = decode(this.view(start, offset, BANK_BYTES - offset));
      if (entry === undefined) return;
      yield entry;
      offset += entry.bytes.byteLength;
    }
  }

  private entries(): Entry[] {
    return this.bank === undefined ? [] : [...this.entriesFrom(this.bank.start)];
  }

  /** The last record of that name, whatever its type. */
  private find(name: Buffer): Entry | undefined {
    return this.entries().findLast((entry) => entry.name.equals(name));
  }

  private append(bytes: Buffer): void {
    let { bank } = this;
    const fits = bank !== undefined && !bank.isTorn && bytes.byteLength <= BANK_BYTES - bank.end;
    if (bank === undefined || !fits) bank = this.compact();
    if (bytes.byteLength > BANK_BYTES - bank.end) throw new RangeError("store is full");
    this.flash.write(bytes, bank.start + bank.end);
    bank.end += bytes.byteLength;
  }

  /** Moves to the other bank. Until its head is written, the old one stands. */
  private compact(): Bank {
    const old = this.bank;
    const start = old === undefined ? 0 : BANK_BYTES - old.start;
    for (let page = 0; page < BANK_BYTES / PAGE_BYTES; page++) {
      this.flash.eraseBlock(start / PAGE_BYTES + page);
    }
    let end = HEAD_BYTES;
    const entries = this.entries();
    for (const entry of entries) {
      const isLast = entries.findLast(({ name }) => name.equals(entry.name)) === entry;
      if (!isLast || entry.type === types.deleted) continue;
      this.flash.write(entry.bytes, start + end);
      end += entry.bytes.byteLength;
    }
    const sequence = ((old?.sequence ?? 0) + 1) >>> 0;
    this.writeHead(start, sequence);
    this.bank = { start, sequence, end, isTorn: false };
    return this.bank;
  }

  private writeHead(start: number, sequence: number): void {
    const head = Buffer.alloc(HEAD_BYTES, ERASED);
    MAGIC.copy(head);
    head.writeUInt32LE(sequence, 4);
    head.writeUInt32LE(crc32(0, head, 0, 8), 8);
    this.flash.write(head, start);
  }
}

function recordBytes(nameBytes: number, valueBytes: number): number {
  const byteLength = RECORD_HEAD_BYTES + nameBytes + valueBytes;
  return Math.ceil(byteLength / WRITE_BLOCK_BYTES) * WRITE_BLOCK_BYTES;
}

function encode(name: Buffer, type: number, value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(recordBytes(name.byteLength, value.byteLength), ERASED);
  bytes.writeUInt16LE(value.byteLength, 4);
  bytes.writeUInt8(name.byteLength, 6);
  bytes.writeUInt8(type, 7);
  bytes.set(name, RECORD_HEAD_BYTES);
  bytes.set(value, RECORD_HEAD_BYTES + name.byteLength);
  const covered = RECORD_HEAD_BYTES + name.byteLength + value.byteLength;
  bytes.writeUInt32LE(crc32(0, bytes, 4, covered), 0);
  return bytes;
}

/** The record at the start of `bytes`; undefined if there is none, or it is torn. */
function decode(bytes: Buffer): Entry | undefined {
  if (bytes.byteLength < RECORD_HEAD_BYTES) return undefined;
  const valueBytes = bytes.readUInt16LE(4);
  const nameBytes = bytes.readUInt8(6);
  const total = recordBytes(nameBytes, valueBytes);
  if (valueBytes > VALUE_MAX_BYTES || nameBytes > NAME_MAX_BYTES) return undefined;
  if (total > bytes.byteLength) return undefined;
  const end = RECORD_HEAD_BYTES + nameBytes + valueBytes;
  if (bytes.readUInt32LE(0) !== crc32(0, bytes, 4, end)) return undefined;
  return {
    name: bytes.subarray(RECORD_HEAD_BYTES, RECORD_HEAD_BYTES + nameBytes),
    type: bytes.readUInt8(7),
    value: bytes.subarray(RECORD_HEAD_BYTES + nameBytes, end),
    bytes: bytes.subarray(0, total),
  };
}
