import { closeSync, openSync, readSync, writeSync } from "node:fs";
import type { FlashGeometry } from "../../../firmware/ports/flash.ts";
import {
  ERASED,
  FLASH_BYTES,
  PAGE_BYTES,
  type PartitionName,
  partitions,
  WRITE_BLOCK_BYTES,
} from "../../../tools/image/memory-map.ts";
import type { FlashOperation } from "../virtual/power.ts";

/** Asked before each operation; does not return when the power is gone before it. */
export interface FlashGate {
  /** @returns how many bytes of it take place, and whether that was the last */
  ask(operation: FlashOperation): { readonly doneBytes: number; readonly isLast: boolean };
  /** The power is gone. */
  powerOff(): never;
}

/** Where no rig holds the power switch. */
export const openGate: FlashGate = Object.freeze({
  ask: ({ byteLength }: FlashOperation) => ({ doneBytes: byteLength, isLast: false }),
  powerOff(): never {
    throw new Error("no gate cuts this power");
  },
});

/** The flash in its file: NOR, so that a write only clears bits and an erase takes a whole page. */
export class FlashChip {
  /** The content, in step with the file. */
  readonly bytes = Buffer.alloc(FLASH_BYTES, ERASED);
  private readonly file: number;
  private readonly gate: FlashGate;

  constructor(path: string, gate: FlashGate) {
    this.file = openSync(path, "r+");
    this.gate = gate;
    readSync(this.file, this.bytes, 0, FLASH_BYTES, 0);
  }

  part(name: PartitionName): FlashPart {
    return new FlashPart(this, partitions[name].offset, partitions[name].byteLength);
  }

  close(): void {
    closeSync(this.file);
  }

  erase(address: number): void {
    this.operate("erase", address, Buffer.alloc(PAGE_BYTES, ERASED));
  }

  write(address: number, bytes: Uint8Array): void {
    this.operate("write", address, bytes);
  }

  private operate(kind: FlashOperation["kind"], address: number, bytes: Uint8Array): void {
    const { byteLength } = bytes;
    const { doneBytes, isLast } = this.gate.ask({ kind, address, byteLength });
    this.bytes.set(bytes.subarray(0, doneBytes), address);
    writeSync(this.file, this.bytes, address, Math.min(doneBytes, byteLength), address);
    if (isLast) this.gate.powerOff();
  }
}

/** A partition; what breaks the rules of the flash throws a RangeError in the board's words. */
export class FlashPart {
  readonly geometry: FlashGeometry;
  /** The content, live. */
  readonly nor: { readonly bytes: Uint8Array };
  private readonly chip: FlashChip;
  private readonly address: number;

  constructor(chip: FlashChip, address: number, byteLength: number) {
    this.chip = chip;
    this.address = address;
    this.nor = { bytes: chip.bytes.subarray(address, address + byteLength) };
    this.geometry = Object.freeze({
      byteLength,
      blockLength: PAGE_BYTES,
      writeAlign: WRITE_BLOCK_BYTES,
      eraseValue: ERASED,
    });
  }

  read(into: Uint8Array, offset: number): void {
    into.set(this.view(offset, into.byteLength));
  }

  /** The bytes there, live. */
  view(offset: number, byteLength: number): Uint8Array {
    this.checkRange(offset, byteLength);
    return this.nor.bytes.subarray(offset, offset + byteLength);
  }

  write(bytes: Uint8Array, offset: number): void {
    const now = this.view(offset, bytes.byteLength);
    if (offset % WRITE_BLOCK_BYTES !== 0 || bytes.byteLength % WRITE_BLOCK_BYTES !== 0) {
      throw new RangeError("misaligned");
    }
    if (bytes.byteLength === 0) return;
    if (!bytes.every((byte, at) => ((now[at] ?? 0) & byte) === byte)) {
      throw new RangeError("not erased");
    }
    this.chip.write(this.address + offset, bytes);
  }

  eraseBlock(blockIndex: number): void {
    this.checkRange(blockIndex * PAGE_BYTES, PAGE_BYTES);
    this.chip.erase(this.address + blockIndex * PAGE_BYTES);
  }

  private checkRange(offset: number, byteLength: number): void {
    const isWhole = Number.isInteger(offset) && offset >= 0;
    if (!isWhole || offset + byteLength > this.geometry.byteLength) {
      throw new RangeError("outside the partition");
    }
  }
}
