/** The flash of docs/virtual-tracker.md, "Memory map": an nRF9160 with joined slots. */

export const FLASH_BYTES = 0x100000;
export const PAGE_BYTES = 4096;
/** Bytes; what one write programs at least. */
export const WRITE_BLOCK_BYTES = 4;
export const ERASED = 0xff;

export type PartitionName = "bootloader" | "otadata" | "image-0" | "image-1" | "unused" | "storage";

export interface Partition {
  readonly name: PartitionName;
  /** Address of its first byte in the flash. */
  readonly offset: number;
  readonly byteLength: number;
}

export const partitions: Readonly<Record<PartitionName, Partition>> = Object.freeze({
  bootloader: Object.freeze({ name: "bootloader", offset: 0x00000, byteLength: 0x10000 }),
  // Of ESP-IDF's bootloader, in the place of MCUboot; the two slots are then ota_0 and ota_1.
  otadata: Object.freeze({ name: "otadata", offset: 0x0d000, byteLength: 0x02000 }),
  "image-0": Object.freeze({ name: "image-0", offset: 0x10000, byteLength: 0x70000 }),
  "image-1": Object.freeze({ name: "image-1", offset: 0x80000, byteLength: 0x70000 }),
  unused: Object.freeze({ name: "unused", offset: 0xf0000, byteLength: 0x8000 }),
  storage: Object.freeze({ name: "storage", offset: 0xf8000, byteLength: 0x8000 }),
});
