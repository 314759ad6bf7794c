/**
 * CRC-32/ISO-HDLC (the one of zlib, Ethernet and S3's `x-amz-checksum-crc32`) of `bytes[start..end)`,
 * going on from `crc`, the value of what came before (0 for nothing).
 * @returns an unsigned 32-bit number
 */
export type Crc32 = (crc: number, bytes: Uint8Array, start: number, end: number) => number;
