import MemoryMap from "nrf-intel-hex";

export interface HexOptions {
  /** Address of the first byte, 0 to 2^32 - 1. */
  readonly address: number;
  /** Data bytes in a record, 1 to 255; 16 is what most tools write. */
  readonly recordBytes?: number;
}

/**
 * Intel HEX with type 04 base addresses, LF line ends and an end-of-file record (Intel,
 * "Hexadecimal Object File Format Specification", Rev. A, 1988). No record crosses a 64 KB line.
 */
export function toHex(bytes: Uint8Array, { address, recordBytes = 16 }: HexOptions): string {
  if (recordBytes < 1 || recordBytes > 255) throw new RangeError(`record size ${recordBytes}`);
  if (address + bytes.byteLength > 2 ** 32) throw new RangeError("data beyond 4 GB");
  const lines: string[] = [];
  let base = -1;
  for (let start = 0; start < bytes.byteLength; ) {
    const at = address + start;
    if (Math.floor(at / 0x10000) !== base) {
      base = Math.floor(at / 0x10000);
      lines.push(hexRecord({ type: 4, offset: 0, data: [base >> 8, base & 0xff] }));
    }
    const length = Math.min(recordBytes, 0x10000 - (at % 0x10000), bytes.byteLength - start);
    const data = bytes.subarray(start, start + length);
    lines.push(hexRecord({ type: 0, offset: at % 0x10000, data }));
    start += length;
  }
  lines.push(hexRecord({ type: 1, offset: 0, data: [] }));
  return `${lines.join("\n")}\n`;
}

export interface HexRecord {
  /** 0 to 5, see the specification; others for tests of a parser. */
  readonly type: number;
  /** The record's 16-bit address field. */
  readonly offset: number;
  readonly data: ArrayLike<number>;
}

/** One record without a line end: colon, length, offset, type, data, checksum; upper case. */
export function hexRecord({ type, offset, data }: HexRecord): string {
  const bytes = Buffer.from([data.length, offset >> 8, offset & 0xff, type, ...Array.from(data)]);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  const checksum = Buffer.from([-sum & 0xff]);
  return `:${bytes.toString("hex")}${checksum.toString("hex")}`.toUpperCase();
}

/**
 * What a HEX file holds, from its lowest to its highest address, gaps 0xFF; read by nrf-intel-hex.
 * @returns undefined for a file that the library does not read, an empty one, or one that spans more
 *   than `maxBytes`
 */
export function fromHex(
  hex: string,
  maxBytes: number,
): { readonly address: number; readonly bytes: Uint8Array } | undefined {
  try {
    const map = MemoryMap.fromHex(hex);
    const addresses = [...map.keys()];
    if (addresses.length === 0) return undefined;
    const address = Math.min(...addresses);
    const end = Math.max(...addresses.map((at) => at + (map.get(at)?.byteLength ?? 0)));
    if (end - address > maxBytes) return undefined;
    return { address, bytes: map.slicePad(address, end - address, 0xff) };
  } catch {
    // The library throws plain Errors for whatever is wrong with a file.
    return undefined;
  }
}
