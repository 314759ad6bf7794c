import { createHash } from "node:crypto";
import type { BootName } from "../../../tools/image/formats.ts";
import { ERASED, FLASH_BYTES, PAGE_BYTES, partitions } from "../../../tools/image/memory-map.ts";
import { readOtadata } from "../../../tools/image/otadata.ts";
import { readTrailer } from "../../trackers/slot-contents.ts";
import type { FlashFile } from "../../trackers/virtual/flash-file.ts";
import type { Content, RunFact, SlotName } from "./run-event.ts";

interface PageWatchOptions {
  readonly flash: FlashFile;
  readonly boot: BootName;
  /** What the update brings; undefined if the file cannot be read. */
  readonly newImage: Uint8Array | undefined;
  readonly tell: (fact: RunFact) => void;
}

const slotNames: readonly SlotName[] = ["image-0", "image-1"];

/**
 * Knows what is in each page of the flash: it reads the page behind the tracker's back, where an
 * operation on another one shows that this one is done.
 */
export class PageWatch {
  private readonly flash: FlashFile;
  private readonly boot: BootName;
  private readonly tell: (fact: RunFact) => void;
  private readonly newPages: ReadonlySet<string>;
  private oldPages: ReadonlySet<string> | undefined;
  private readonly contents: Content[] = [];
  /** Pages that were worked on and not read since. */
  private readonly touched = new Set<number>();
  /** The one that was worked on last, and since the last rest. */
  private busy: number | undefined;

  constructor({ flash, boot, newImage, tell }: PageWatchOptions) {
    this.flash = flash;
    this.boot = boot;
    this.tell = tell;
    this.newPages = pageSet(newImage ?? new Uint8Array(0));
  }

  /** Reads all of it. What the primary slot has at first is the old image. */
  readAll(): void {
    const flash = this.flash.read();
    this.oldPages ??= pageSet(this.flash.read("image-0"));
    this.touched.clear();
    for (let page = 0; page < FLASH_BYTES / PAGE_BYTES; page++) {
      this.contents[page] = this.contentOf(pageOf(flash, page));
    }
    this.tell({ kind: "pages", contents: [...this.contents] });
    for (const page of this.notePages) this.tellNote(page, pageOf(flash, page));
  }

  /** An operation on this page begins. */
  touch(page: number): void {
    this.busy = page;
    this.settleBut(page);
    this.touched.add(page);
  }

  /** Called now and then: a page that was left alone since the call before is done. */
  rest(): void {
    this.settleBut(this.busy);
    this.busy = undefined;
  }

  /** Nothing is under way: reads all that was worked on. */
  settle(): void {
    this.settleBut(undefined);
  }

  private settleBut(busy: number | undefined): void {
    for (const page of this.touched) {
      if (page === busy) continue;
      this.touched.delete(page);
      this.read(page);
    }
  }

  private read(page: number): void {
    const bytes = this.flash.readPage(page);
    const content = this.contentOf(bytes);
    if (content !== this.contents[page]) {
      this.contents[page] = content;
      this.tell({ kind: "page", page, content });
    }
    if (this.notePages.includes(page)) this.tellNote(page, bytes);
  }

  /** Where the bootloader keeps its notes. */
  private get notePages(): readonly number[] {
    if (this.boot === "mcuboot") return slotNames.map(lastPage);
    const { offset, byteLength } = partitions.otadata;
    return [offset, offset + byteLength - PAGE_BYTES].map((address) => address / PAGE_BYTES);
  }

  private tellNote(page: number, bytes: Uint8Array): void {
    if (this.boot === "mcuboot") {
      const slot = slotNames.find((name) => lastPage(name) === page);
      if (slot !== undefined) this.tell({ kind: "trailer", slot, ...readTrailer(bytes) });
      return;
    }
    const entries = readOtadata(this.flash.read("otadata"));
    this.tell({ kind: "otadata", entries: entries.map((entry) => entry ?? null) });
  }

  private contentOf(page: Uint8Array): Content {
    if (isErased(page)) return "erased";
    const hash = hashOf(page);
    const isOld = this.oldPages?.has(hash) === true;
    const isNew = this.newPages.has(hash);
    if (isOld && isNew) return "both";
    return isOld ? "old" : isNew ? "new" : "other";
  }
}

function lastPage(slot: SlotName): number {
  const { offset, byteLength } = partitions[slot];
  return (offset + byteLength) / PAGE_BYTES - 1;
}

function pageOf(bytes: Uint8Array, page: number): Uint8Array {
  return bytes.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
}

/** The pages that an image fills; the rest of its last one is erased. */
function pageSet(image: Uint8Array): Set<string> {
  const hashes = new Set<string>();
  for (let page = 0; page * PAGE_BYTES < image.byteLength; page++) {
    const bytes = Buffer.alloc(PAGE_BYTES, ERASED);
    bytes.set(pageOf(image, page));
    if (!isErased(bytes)) hashes.add(hashOf(bytes));
  }
  return hashes;
}

function isErased(page: Uint8Array): boolean {
  return page.every((byte) => byte === ERASED);
}

function hashOf(page: Uint8Array): string {
  return createHash("sha1").update(page).digest("base64");
}
