import type { Flash } from "../../firmware/ports/flash.ts";
import { maxSectors } from "../../tools/image/trailer.ts";
import type { SlotFlash } from "./slot-flash.ts";
import type { SlotTrailer } from "./trailer.ts";

/** A page of a slot. */
export interface Page<Slot extends Flash = Flash> {
  readonly flash: Slot;
  readonly page: number;
}

export interface SlotPair<Slot> {
  readonly primary: Slot;
  readonly secondary: Slot;
}

/** Pages that a swap of so many bytes moves; one at least (swap_move.c, find_last_idx). */
export function pagesToSwap(byteLength: number, pageBytes: number): number {
  return Math.max(1, Math.ceil(byteLength / pageBytes));
}

/**
 * Where the headers of both images are after `done` steps of a swap of `last` pages; the images are
 * named by the slots that they had before it (swap_move.c, boot_read_image_header).
 */
export function headerPages<Slot extends Flash>(
  slots: SlotPair<Slot>,
  last: number,
  done: number,
): SlotPair<Page<Slot>> {
  const primary = { flash: slots.primary, page: 0 };
  const secondary = { flash: slots.secondary, page: 0 };
  const movedUp = { flash: slots.primary, page: 1 };
  const firstSwapStep = maxSectors(slots.primary.geometry);
  if (done < firstSwapStep) return { primary: done >= last ? movedUp : primary, secondary };
  const steps = done - firstSwapStep;
  if (steps === 0) return { primary: movedUp, secondary };
  if (steps === 1) return { primary: movedUp, secondary: primary };
  const isUnderWay = steps < 2 * last;
  return isUnderWay ? { primary: secondary, secondary: primary } : { primary, secondary };
}

/**
 * The steps of swap-using-move (swap_move.c, swap_run), each marked when it is done: the primary
 * image up by a page, last page first; then page by page the secondary's down and the moved one over.
 */
export class SwapMove {
  private readonly slots: SlotPair<SlotFlash>;
  private readonly status: SlotTrailer;
  /** First status entry of the swap proper; those before it are of the move. */
  private readonly firstSwapStep: number;

  constructor(slots: SlotPair<SlotFlash>, status: SlotTrailer) {
    this.slots = slots;
    this.status = status;
    this.firstSwapStep = maxSectors(slots.primary.geometry);
  }

  /** Does what is left of a swap of `last` pages after `done` steps. */
  run(last: number, done: number): void {
    this.moveUp(last, done);
    this.swap(last, Math.max(done, this.firstSwapStep));
  }

  private moveUp(last: number, done: number): void {
    const { primary } = this.slots;
    for (let step = done; step < last; step++) {
      const page = last - step;
      copyPage({ flash: primary, page: page - 1 }, { flash: primary, page });
      this.status.writeStatus(step);
    }
  }

  private swap(last: number, done: number): void {
    const { primary, secondary } = this.slots;
    for (let step = done - this.firstSwapStep; step < 2 * last; step++) {
      const page = step >> 1;
      const moved = { flash: primary, page: page + 1 };
      const isFirstHalf = step % 2 === 0;
      if (isFirstHalf) copyPage({ flash: secondary, page }, { flash: primary, page });
      else copyPage(moved, { flash: secondary, page });
      this.status.writeStatus(this.firstSwapStep + step, isFirstHalf ? 1 : 2);
    }
  }
}

/** Copies a page into one that it erases first. */
export function copyPage(from: Page, to: Page): void {
  const { blockLength } = from.flash.geometry;
  const bytes = new Uint8Array(blockLength);
  from.flash.read(bytes, from.page * blockLength);
  to.flash.eraseBlock(to.page);
  to.flash.write(bytes, to.page * blockLength);
}
