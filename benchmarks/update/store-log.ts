/** A record of the board's key-value store (hw-test/board/kv.h). */
export interface StoreRecord {
  readonly name: string;
  readonly isDeleted: boolean;
  readonly valueBytes: number;
}

const BANK_BYTES = 0x4000;
const BANK_HEAD_BYTES = 16;
const RECORD_HEAD_BYTES = 8;
const MAGIC = 0x0031564b;

/** The log of the bank in use, oldest record first. */
export function storeLog(partition: Uint8Array): StoreRecord[] {
  const banks = [partition.subarray(0, BANK_BYTES), partition.subarray(BANK_BYTES)].map(viewOf);
  const inUse = banks.filter((bank) => bank.getUint32(0, true) === MAGIC);
  inUse.sort((one, other) => other.getUint32(4, true) - one.getUint32(4, true));
  const [newest] = inUse;
  return newest === undefined ? [] : recordsOf(newest);
}

/** What the store holds: the last record of each name that is not deleted. */
export function liveBytes(log: readonly StoreRecord[]): number {
  const live = new Map<string, number>();
  for (const { name, isDeleted, valueBytes } of log) {
    if (isDeleted) live.delete(name);
    else live.set(name, name.length + valueBytes);
  }
  return [...live.values()].reduce((total, bytes) => total + bytes, 0);
}

function recordsOf(bank: DataView): StoreRecord[] {
  const records: StoreRecord[] = [];
  let offset = BANK_HEAD_BYTES;
  while (offset + RECORD_HEAD_BYTES < bank.byteLength) {
    const nameLength = bank.getUint8(offset + 6);
    if (nameLength === 0xff) break;
    const valueBytes = bank.getUint16(offset + 4, true);
    const nameStart = bank.byteOffset + offset + RECORD_HEAD_BYTES;
    records.push({
      name: Buffer.from(bank.buffer, nameStart, nameLength).toString("latin1"),
      isDeleted: bank.getUint8(offset + 7) === 0,
      valueBytes,
    });
    offset += Math.ceil((RECORD_HEAD_BYTES + nameLength + valueBytes) / 4) * 4;
  }
  return records;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
