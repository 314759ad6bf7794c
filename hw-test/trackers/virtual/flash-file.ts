import {
  closeSync,
  existsSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import {
  ERASED,
  FLASH_BYTES,
  PAGE_BYTES,
  type Partition,
  type PartitionName,
  partitions,
} from "../../../tools/image/memory-map.ts";
import { readSlot, type SlotContents } from "../slot-contents.ts";

/** The virtual tracker's flash: 1 MiB of NOR in a file, written while the board is off. */
export class FlashFile {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes an erased flash, whatever was there. @throws UsageError if it cannot be written */
  static create(path: string): FlashFile {
    try {
      writeFileSync(path, Buffer.alloc(FLASH_BYTES, ERASED));
    } catch (error) {
      throw new UsageError(`no flash image can be made: ${(error as Error).message}`);
    }
    return new FlashFile(path);
  }

  /** @throws UsageError if there is no file, or one of another size */
  static open(path: string): FlashFile {
    if (!existsSync(path)) throw new UsageError(`${path}: no such flash image`);
    const { size } = statSync(path);
    if (size !== FLASH_BYTES) {
      throw new UsageError(`${path}: ${size} bytes, a flash image has ${FLASH_BYTES}`);
    }
    return new FlashFile(path);
  }

  static openOrCreate(path: string): FlashFile {
    return existsSync(path) ? FlashFile.open(path) : FlashFile.create(path);
  }

  /** The whole flash, or one partition. */
  read(name?: PartitionName): Buffer {
    const whole = { offset: 0, byteLength: FLASH_BYTES };
    return this.readAt(name === undefined ? whole : partitions[name]);
  }

  /** @param page 0 for the first of the flash */
  readPage(page: number): Buffer {
    return this.readAt({ offset: page * PAGE_BYTES, byteLength: PAGE_BYTES });
  }

  private readAt({ offset, byteLength }: Pick<Partition, "offset" | "byteLength">): Buffer {
    // Not all of the file: while a board runs it may have more behind the flash.
    const bytes = Buffer.alloc(byteLength);
    const file = openSync(this.path, "r");
    try {
      readSync(file, bytes, 0, byteLength, offset);
    } finally {
      closeSync(file);
    }
    return bytes;
  }

  /** Gives back what a board that was killed had behind its flash. */
  trim(): void {
    truncateSync(this.path, FLASH_BYTES);
  }

  /** Erases a partition and puts `bytes` at its start, as a debug probe does. */
  write(name: PartitionName, bytes: Uint8Array): void {
    const { offset, byteLength } = partitions[name];
    if (bytes.byteLength > byteLength) {
      throw new UsageError(`${bytes.byteLength} bytes do not fit ${name} (${byteLength})`);
    }
    const contents = Buffer.alloc(byteLength, ERASED);
    contents.set(bytes);
    this.writeAt(offset, contents);
  }

  /** Erases the whole flash and puts all of `bytes` in its place. */
  writeAll(bytes: Uint8Array): void {
    if (bytes.byteLength !== FLASH_BYTES) {
      throw new UsageError(`${bytes.byteLength} bytes are not a whole flash (${FLASH_BYTES})`);
    }
    this.writeAt(0, bytes);
  }

  /** What an independent reader finds in a slot. */
  slot(name: "image-0" | "image-1"): SlotContents {
    return readSlot(this.read(name));
  }

  private writeAt(address: number, bytes: Uint8Array): void {
    const file = openSync(this.path, "r+");
    try {
      writeSync(file, bytes, 0, bytes.byteLength, address);
    } finally {
      closeSync(file);
    }
  }
}
