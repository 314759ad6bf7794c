import { createHash } from "node:crypto";
import { ERASED, FLASH_BYTES, PAGE_BYTES, partitions } from "../../../tools/image/memory-map.ts";
import { readTrailer } from "../../trackers/slot-contents.ts";
import type { FlashFile } from "../../trackers/virtual/flash-file.ts";
import type { Content, RunFact, SlotName } from "./run-event.ts";

const slotNames: readonly SlotName[] = ["image-0", "image-1"];

/**
 * Knows what is in each page of the flash: it reads the page behind the tracker's back, where an
 * operation on another one shows that this one is done.
 */
export class PageWatch {
  private readonly flash: FlashFile;
  private readonly tell: (fact: RunFact) => void;
  private readonly newPages: ReadonlySet<string>;
  private oldPages: ReadonlySet<string> | undefined;
  private readonly contents: Content[] = [];
  /** Pages that were worked on and not read since. */
  private readonly touched = new Set<number>();
  /** The one that was worked on last, and since the last rest. */
  private busy: number | undefined;

  /** @param newImage what the update brings; undefined if the file cannot be read */
  constructor(flash: FlashFile, newImage: Uint8Array | undefined, tell: (fact: RunFact) => void) {
    this.flash = flash;
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
    for (const slot of slotNames) this.tellTrailer(slot, pageOf(flash, lastPage(slot)));
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
    const slot = slotNames.find((name) => lastPage(name) === page);
    if (slot !== undefined) this.tellTrailer(slot, bytes);
  }

  private tellTrailer(slot: SlotName, page: Uint8Array): void {
    this.tell({ kind: "trailer", slot, ...readTrailer(page) });
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
