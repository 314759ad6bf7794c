import type { Crc32 } from "../ports/checksum.ts";

/**
 * Table of CRC-32/ISO-HDLC: reflected polynomial 0xEDB88320. Costs 1 KB, in ROM where modules are
 * preloaded. Signed 32-bit entries keep every step below in integers on XS.
 */
const table = makeTable();

function makeTable(): Int32Array {
  const entries = new Int32Array(256);
  for (let index = 0; index < 256; index++) {
    let value = index;
    for (let bit = 0; bit < 8; bit++) {
      value = (value & 1) !== 0 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
    entries[index] = value;
  }
  return entries;
}

/** The port in JavaScript, for boards that have none. */
export function crc32(crc: number, bytes: Uint8Array, start: number, end: number): number {
  const entries = table;
  const endOfFours = end - 3;
  let value = ~crc;
  let at = start;
  // Four bytes a turn: on XS the loop's own steps would otherwise be a quarter of the time.
  while (at < endOfFours) {
    value = (entries[(value ^ (bytes[at] as number)) & 0xff] as number) ^ (value >>> 8);
    value = (entries[(value ^ (bytes[at + 1] as number)) & 0xff] as number) ^ (value >>> 8);
    value = (entries[(value ^ (bytes[at + 2] as number)) & 0xff] as number) ^ (value >>> 8);
    value = (entries[(value ^ (bytes[at + 3] as number)) & 0xff] as number) ^ (value >>> 8);
    at += 4;
  }
  while (at < end) {
    value = (entries[(value ^ (bytes[at] as number)) & 0xff] as number) ^ (value >>> 8);
    at += 1;
  }
  return ~value >>> 0;
}

/**
 * What one flash page adds to a slot's check value: CRC-32 of the page's index (u32, little-endian)
 * and its content. The check value of a slot is the XOR over its written pages, so pages may be
 * written in any order, and one page's share can be taken out again.
 */
export function pageCheck(pageIndex: number, page: Uint8Array, crc: Crc32 = crc32): number {
  return crc(pageCheckStart(pageIndex), page, 0, page.byteLength);
}

/** The CRC of the index alone, for a page that is read in pieces. */
export function pageCheckStart(pageIndex: number): number {
  let value = -1;
  for (let shift = 0; shift < 32; shift += 8) {
    value = (table[(value ^ (pageIndex >>> shift)) & 0xff] as number) ^ (value >>> 8);
  }
  return ~value >>> 0;
}
