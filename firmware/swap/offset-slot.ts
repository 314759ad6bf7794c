import type { Flash, FlashGeometry } from "../ports/flash.ts";

const CHUNK_BYTES = 64;

/**
 * The secondary slot of a bootloader in swap-using-offset mode, from where it expects a new image: one
 * page in. The end stays the end, and so does the trailer. The page before is MCUboot's, which leaves
 * the former image there; an image that starts in it makes MCUboot refuse the new one, so it is
 * erased with the new image's first page.
 */
export class OffsetSlot implements Flash {
  readonly geometry: FlashGeometry;
  private readonly slot: Flash;

  constructor(slot: Flash) {
    const { byteLength, blockLength, writeAlign, eraseValue } = slot.geometry;
    this.slot = slot;
    this.geometry = Object.freeze({
      byteLength: byteLength - blockLength,
      blockLength,
      writeAlign,
      eraseValue,
      leadBytes: blockLength,
    });
  }

  read(into: Uint8Array, offset: number): void {
    this.slot.read(into, this.geometry.blockLength + offset);
  }

  write(bytes: Uint8Array, offset: number): void {
    this.slot.write(bytes, this.geometry.blockLength + offset);
  }

  eraseBlock(blockIndex: number): void {
    if (blockIndex === 0 && !this.isLeadErased()) this.slot.eraseBlock(0);
    this.slot.eraseBlock(blockIndex + 1);
  }

  private isLeadErased(): boolean {
    const { blockLength, eraseValue } = this.geometry;
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let at = 0; at < blockLength; at += CHUNK_BYTES) {
      this.slot.read(chunk, at);
      for (let index = 0; index < CHUNK_BYTES; index++) {
        if (chunk[index] !== eraseValue) return false;
      }
    }
    return true;
  }
}
