import type { Partition } from "embedded:storage/flash";
import FlashStorage from "embedded:storage/flash";
import type { Flash, FlashGeometry } from "../../ports/flash.ts";

export class ModdableFlash implements Flash {
  readonly geometry: FlashGeometry;
  private readonly partition: Partition;

  /** @param path a partition label, e.g. `image-1` (Zephyr device tree) */
  constructor(path: string) {
    this.partition = FlashStorage.open({ path, mode: "r+" });
    const status = this.partition.status();
    this.geometry = Object.freeze({
      byteLength: status.size,
      blockLength: status.blockLength,
      writeAlign: status.writeAlign,
      eraseValue: status.eraseValue,
    });
  }

  read(into: Uint8Array, offset: number): void {
    this.partition.read(into, offset);
  }

  write(bytes: Uint8Array, offset: number): void {
    this.partition.write(bytes, offset);
  }

  eraseBlock(blockIndex: number): void {
    this.partition.eraseBlock(blockIndex);
  }
}
