/** The numbers a NOR flash partition is used by. */
export interface FlashGeometry {
  /** Size of the partition in bytes, a multiple of `blockLength`. */
  readonly byteLength: number;
  /** Size in bytes of what one erase clears: the page or sector. */
  readonly blockLength: number;
  /** Write block in bytes (1 to 32): offset and length of a write are multiples of it. */
  readonly writeAlign: number;
  /** What an erased byte reads as: 0xFF on NOR, 0x00 on some parts. */
  readonly eraseValue: number;
  /** Bytes of the slot before its part that this is (swap/offset-slot.ts); 0 if left out. */
  readonly leadBytes?: number;
  /** A slot ends with MCUboot's trailer; true if left out. Else an image may have all of it. */
  readonly hasTrailer?: boolean;
}

/**
 * One flash partition. Offsets are bytes from its start. A device error is thrown as a Failure:
 * FLASH_READ, FLASH_WRITE, FLASH_ERASE.
 */
export interface Flash {
  readonly geometry: FlashGeometry;

  /** Fills `into` from `offset`. */
  read(into: Uint8Array, offset: number): void;

  /** Programs `bytes` at `offset`; the bytes there must be erased, `bytes` write-block aligned. */
  write(bytes: Uint8Array, offset: number): void;

  /** Erases block `blockIndex` (0-based). */
  eraseBlock(blockIndex: number): void;
}
