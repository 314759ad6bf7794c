import { Failure, type FailureCode } from "../failure.ts";
import type { Crc32 } from "../ports/checksum.ts";
import type { Flash } from "../ports/flash.ts";
import { pageCheck } from "../verify/crc32.ts";
import { GivenBytes } from "./given-bytes.ts";
import { type AddressMap, type SlotLayout, slotLayout } from "./layout.ts";
import { PageBuffer } from "./page-buffer.ts";
import { PageSet } from "./page-set.ts";

/** What is in flash, as plain data: enough to go on after a power cut, and to check the slot. */
export interface SlotProgress {
  /** One bit a page (bit `i & 7` of byte `i >> 3`): erased for this image, and written. */
  readonly erased: Uint8Array;
  /** The same bits: of this page the file has given a whole write unit as erased bytes. */
  readonly blank: Uint8Array;
  /** Lowest offset in bytes that holds data. */
  readonly lowest: number;
  /** Offset in bytes behind the last byte of data. */
  readonly end: number;
  /** XOR of `pageCheck` over the pages in `erased`, as handed to flash; unsigned 32 bits. */
  readonly check: number;
  /** Which slot's addresses the file is linked for. */
  readonly window: "primary" | "secondary";
}

export interface SlotWriterOptions {
  /** The secondary slot. */
  readonly flash: Flash;
  readonly addresses: AddressMap;
  /** The board's own, if it has one. */
  readonly crc32?: Crc32 | undefined;
  /** A page is in flash and read back: the moment to save `progress()`. Inside write and finish. */
  readonly onPageWritten: () => void;
  /**
   * A page that saved progress counts as written is about to be added to, because the file's
   * addresses jump back to it. A cut in that write cannot be mended from the saved progress: forget
   * it until the next `onPageWritten`, and start over after a cut.
   */
  readonly onPageReopened: () => void;
  /** Progress saved by an earlier writer of the same file; undefined to start. */
  readonly from?: SlotProgress | undefined;
}

/**
 * Writes an image into the secondary slot as its bytes arrive, a page at a time. A page is erased
 * once, just before its first write; addresses may come in any order that asks for no second erase.
 * Before the first page the trailer is cleared, so a stale swap request never meets half an image.
 *
 * Costs a page, 256 bytes, an eighth of a page and 64 bytes: 4,928 bytes for pages of 4,096.
 */
export class SlotWriter {
  private readonly options: SlotWriterOptions;
  private readonly layout: SlotLayout;
  private readonly pageBytes: number;
  private readonly page: PageBuffer;
  /** Address of the open page. */
  private pageAddress = 0;
  /** Offset in the page from which on no byte has been given. */
  private freshFrom = 0;
  /** Bytes of the open page that an image may have; 0 while none is open. */
  private room = 0;
  /** The caller's buffer, and a view of it as long as its longest record: for a native copy. */
  private source: Uint8Array | undefined;
  private record: Uint8Array = new Uint8Array(0);
  /** The same as words, where it is whole ones. */
  private recordWords: Int32Array | undefined;
  /**
   * Bytes of the open page that the file has given; for a reopened one, that flash has. Those from
   * `runFrom` to `freshFrom` are too, and not yet in here: records mostly go on where the last one ended.
   */
  private readonly given: GivenBytes;
  private runFrom = 0;
  private readonly erased: PageSet;
  /** Pages of which flash cannot tell what was given as erased bytes from what was not given. */
  private readonly blank: PageSet;
  private prepared = false;

  /** Slot offset of the open page; below 0 before there is one. */
  private pageStart: number;
  private pageIndex = -1;
  /** The open page was written before, and is loaded from flash. */
  private reopened = false;
  /** The open page has to go to flash. */
  private dirty = false;

  private lowest: number;
  private end: number;
  private check: number;
  private window: "primary" | "secondary" | undefined;
  /** Address of the slot's first byte, by the window. */
  private base = 0;

  constructor(options: SlotWriterOptions) {
    const flash = options.flash;
    const from = options.from;
    this.options = options;
    this.layout = slotLayout(flash.geometry);
    this.pageBytes = flash.geometry.blockLength;
    this.pageStart = -this.pageBytes;
    this.page = new PageBuffer(flash, options.crc32);
    this.given = new GivenBytes(this.pageBytes);
    this.erased = new PageSet(flash.geometry, from === undefined ? undefined : from.erased);
    this.blank = new PageSet(flash.geometry, from === undefined ? undefined : from.blank);
    this.lowest = from === undefined ? this.layout.imageMaxBytes : from.lowest;
    this.end = from === undefined ? 0 : from.end;
    this.check = from === undefined ? 0 : from.check;
    if (from !== undefined) this.setWindow(from.window);
  }

  /**
   * Makes the slot unbootable: erases the trailer's pages unless they are blank. Called before the
   * first page is erased; harmless when called earlier or again.
   */
  prepare(): void {
    if (this.prepared) return;
    const pageCount = this.options.flash.geometry.byteLength / this.pageBytes;
    for (let index = this.layout.trailerOffset / this.pageBytes; index < pageCount; index++) {
      if (!this.page.isErased(index)) this.page.erase(index);
    }
    this.prepared = true;
  }

  /**
   * Takes `bytes[0..length)` for `address`. Throws SLOT_ADDRESS, SLOT_TRAILER, SLOT_OVERLAP,
   * SLOT_ORDER, FLASH_ERASE, FLASH_WRITE; this writer is then of no more use.
   */
  write(address: number, bytes: Uint8Array, length: number): void {
    const start = address - this.pageAddress;
    if (start === this.freshFrom && start + length <= this.room) {
      this.copy(start, bytes, 0, length);
      this.freshFrom = start + length;
    } else this.writeAnywhere(address, bytes, length);
  }

  private writeAnywhere(address: number, bytes: Uint8Array, length: number): void {
    this.endRun();
    let offset = this.offsetOf(address, length);
    if (offset < this.lowest) this.lowest = offset;
    if (offset + length > this.end) this.end = offset + length;
    let from = 0;
    while (from < length) {
      const start = offset - this.pageStart;
      if (start < 0 || start >= this.pageBytes) {
        // A double, if rounded by Math.floor, as which it would make one of every offset in the page.
        this.open((offset / this.pageBytes) | 0);
        continue;
      }
      const room = this.pageBytes - start;
      const count = length - from < room ? length - from : room;
      if (start >= this.freshFrom) this.copy(start, bytes, from, count);
      else this.merge(start, bytes, from, count);
      this.given.add(start, start + count);
      if (start + count > this.freshFrom) this.freshFrom = start + count;
      from += count;
      offset += count;
    }
    this.runFrom = this.freshFrom;
  }

  /** Enters what was written since `runFrom`. */
  private endRun(): void {
    if (this.runFrom === this.freshFrom) return;
    this.given.add(this.runFrom, this.freshFrom);
    this.runFrom = this.freshFrom;
    const end = this.pageStart + this.freshFrom;
    if (end > this.end) this.end = end;
  }

  /**
   * Writes the last page, and erases the pages before it that the file gave nothing for: a gap
   * reads as erased, and no image of old stays at the slot's start. Throws IMAGE_EMPTY and what
   * `write` throws.
   */
  finish(): void {
    this.endRun();
    if (this.end === 0) throw new Failure("IMAGE_EMPTY", "no data record");
    this.leave();
    for (let index = 0; index * this.pageBytes < this.end; index++) {
      if (!this.erased.has(index)) {
        this.open(index);
        this.flush();
      }
    }
  }

  /** What is in flash. From `onPageWritten` on until the next write; allocates the answer. */
  progress(): SlotProgress {
    return {
      erased: new Uint8Array(this.erased.bitmap),
      blank: new Uint8Array(this.blank.bitmap),
      lowest: this.lowest,
      end: this.end,
      check: this.check >>> 0,
      window: this.window === "secondary" ? "secondary" : "primary",
    };
  }

  private setWindow(window: "primary" | "secondary"): void {
    this.window = window;
    this.base = this.options.addresses[window];
  }

  /** The first data decides for which slot the file is linked; all of it must lie in that one. */
  private offsetOf(address: number, length: number): number {
    const byteLength = this.options.flash.geometry.byteLength;
    if (this.window === undefined) {
      const inPrimary = address - this.options.addresses.primary;
      this.setWindow(inPrimary >= 0 && inPrimary < byteLength ? "primary" : "secondary");
    }
    const offset = address - this.base;
    if (offset < 0 || offset + length > byteLength) this.failOutside("SLOT_ADDRESS", address);
    if (offset + length > this.layout.imageMaxBytes) this.failOutside("SLOT_TRAILER", address);
    return offset;
  }

  /** Writes the open page and goes on with another. */
  private open(pageIndex: number): void {
    this.leave();
    this.pageIndex = pageIndex;
    this.pageStart = pageIndex * this.pageBytes;
    this.pageAddress = this.base + this.pageStart;
    const room = this.layout.imageMaxBytes - this.pageStart;
    this.room = room < this.pageBytes ? room : this.pageBytes;
    this.reopened = this.erased.has(pageIndex);
    this.dirty = !this.reopened;
    this.given.clear();
    if (this.reopened) {
      this.page.load(pageIndex);
      this.freshFrom = this.pageBytes;
      this.giveWhatFlashHas();
    } else {
      this.page.clear();
      this.freshFrom = 0;
    }
    this.runFrom = this.freshFrom;
  }

  private giveWhatFlashHas(): void {
    const eraseValue = this.options.flash.geometry.eraseValue;
    for (let at = 0; at < this.pageBytes; at++) {
      if (this.page.bytes[at] !== eraseValue) this.given.add(at, at + 1);
    }
  }

  private leave(): void {
    if (this.pageStart >= 0 && this.hasGivenBlank()) this.blank.add(this.pageIndex);
    this.flush();
  }

  private hasGivenBlank(): boolean {
    const { unitBytes } = this.page;
    let at = this.page.findBlank(0);
    while (at < this.freshFrom) {
      if (this.given.hasAny(at, at + unitBytes)) return true;
      at = this.page.findBlank(at + unitBytes);
    }
    return false;
  }

  private flush(): void {
    if (!this.dirty) return;
    if (this.reopened) {
      this.options.onPageReopened();
      this.page.programMore(this.pageIndex);
    } else {
      this.prepare();
      this.page.erase(this.pageIndex);
      this.page.program(this.pageIndex);
    }
    this.erased.add(this.pageIndex);
    this.check ^= this.pageCheck();
    this.dirty = false;
    // From here on the page is as if it had just been loaded.
    this.pageStart = -this.pageBytes;
    this.room = 0;
    this.options.onPageWritten();
  }

  private pageCheck(): number {
    return pageCheck(this.pageIndex, this.page.bytes, this.options.crc32);
  }

  /** Into a part of the page of which nothing has been given: natively, if it is a whole record. */
  private copy(start: number, bytes: Uint8Array, from: number, count: number): void {
    if (bytes !== this.source || count > this.record.byteLength) this.view(bytes, count);
    if (from > 0 || count < this.record.byteLength) {
      const page = this.page.bytes;
      for (let at = 0; at < count; at++) page[start + at] = bytes[from + at] as number;
    } else if (this.recordWords !== undefined && (start & 3) === 0) {
      this.page.putWords(this.recordWords, start);
    } else this.page.bytes.set(this.record, start);
  }

  private view(bytes: Uint8Array, count: number): void {
    this.source = bytes;
    this.record = bytes.subarray(0, count);
    const isWords = (bytes.byteOffset & 3) === 0 && (count & 3) === 0;
    this.recordWords = isWords
      ? new Int32Array(bytes.buffer, bytes.byteOffset, count >> 2)
      : undefined;
  }

  private merge(start: number, bytes: Uint8Array, from: number, count: number): void {
    const page = this.page.bytes;
    for (let index = 0; index < count; index++) {
      const value = bytes[from + index] as number;
      if (page[start + index] !== value) this.change(start + index, value);
    }
  }

  /** A byte other than the page's. */
  private change(at: number, value: number): void {
    if (this.given.has(at)) this.fail("SLOT_OVERLAP", this.base + this.pageStart + at);
    if (this.reopened) {
      if (!this.page.isUnitErased(this.pageIndex, at)) {
        this.fail("SLOT_ORDER", this.base + this.pageStart + at);
      }
      // It may have been given as erased: which bytes were, nobody knows any more.
      if (this.blank.has(this.pageIndex)) {
        this.fail("SLOT_OVERLAP", this.base + this.pageStart + at);
      }
      if (!this.dirty) this.check ^= this.pageCheck();
      this.dirty = true;
    }
    this.page.bytes[at] = value;
  }

  private fail(code: FailureCode, address: number): never {
    throw new Failure(code, `address ${hex(address)}`);
  }

  /** The usual cause is a file for a programmer: with a bootloader, or padded up to the trailer. */
  private failOutside(code: FailureCode, address: number): never {
    const { primary, secondary } = this.options.addresses;
    const bytes = this.layout.imageMaxBytes;
    const windows = `${hex(primary)} to ${hex(primary + bytes - 1)}, or from ${hex(secondary)} on`;
    throw new Failure(
      code,
      `address ${hex(address)}, allowed ${windows}: a merged or padded file?`,
    );
  }
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
