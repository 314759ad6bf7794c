import {
  FLASH_BYTES,
  PAGE_BYTES,
  type PartitionName,
  partitions,
} from "../../../tools/image/memory-map.ts";
import type { FlashOperation } from "./power.ts";

export interface FlashCount {
  readonly erases: number;
  readonly writes: number;
  readonly bytesWritten: number;
  readonly maxErasesPerPage: number;
}

/** Counts what was done to the flash, by page, for one actor: the bootloader or the firmware. */
export class FlashMeter {
  private readonly erases = new Uint32Array(FLASH_BYTES / PAGE_BYTES);
  private readonly writes = new Uint32Array(FLASH_BYTES / PAGE_BYTES);
  private readonly bytesWritten = new Uint32Array(FLASH_BYTES / PAGE_BYTES);

  /** A write counts for the page it starts in. */
  count({ kind, address, byteLength }: FlashOperation): void {
    const page = Math.floor(address / PAGE_BYTES);
    if (kind === "erase") {
      bump(this.erases, page, 1);
    } else {
      bump(this.writes, page, 1);
      bump(this.bytesWritten, page, byteLength);
    }
  }

  /** Of one partition, or of the whole flash. */
  total(name?: PartitionName): FlashCount {
    const erases = pagesOf(this.erases, name);
    return {
      erases: sum(erases),
      writes: sum(pagesOf(this.writes, name)),
      bytesWritten: sum(pagesOf(this.bytesWritten, name)),
      maxErasesPerPage: Math.max(...erases),
    };
  }

  /** Erases of each page of a partition, in order of address. */
  erasesPerPage(name: PartitionName): number[] {
    return [...pagesOf(this.erases, name)];
  }
}

/** Two actors' counts of different pages or operations, together. */
export function addCounts(one: FlashCount, other: FlashCount): FlashCount {
  return {
    erases: one.erases + other.erases,
    writes: one.writes + other.writes,
    bytesWritten: one.bytesWritten + other.bytesWritten,
    maxErasesPerPage: Math.max(one.maxErasesPerPage, other.maxErasesPerPage),
  };
}

function pagesOf(counts: Uint32Array, name: PartitionName | undefined): Uint32Array {
  if (name === undefined) return counts;
  const { offset, byteLength } = partitions[name];
  return counts.subarray(offset / PAGE_BYTES, (offset + byteLength) / PAGE_BYTES);
}

function bump(counts: Uint32Array, page: number, by: number): void {
  counts[page] = (counts[page] ?? 0) + by;
}

function sum(counts: Uint32Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
