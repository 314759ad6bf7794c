import { hasImageMagic } from "../../tools/image/mcuboot.ts";
import type { SwapType } from "../../tools/image/trailer.ts";
import { Bootloader, type BootResult, isSwap } from "./bootloader.ts";
import { copyPage } from "./swap-move.ts";
import type { TrailerState } from "./trailer.ts";

/**
 * MCUboot in its swap-using-offset mode (swap_offset.c of 2.4): an image that is to be swapped in lies
 * one page into the secondary slot, the one that was swapped out at its start. Page by page the
 * primary's goes to the secondary and the next one of the secondary down; a revert is the same
 * backwards. What the move mode has besides (the trailer's layout, resuming by headers) is kept.
 */
export class OffsetBootloader extends Bootloader {
  /** Its table's first row: what a revert writes for itself. */
  protected override requestedType(): SwapType {
    const { magic, imageOk, copyDone } = this.secondaryTrailer.read();
    const isRevert = magic === "good" && imageOk === "unset" && copyDone === "set";
    return isRevert ? "revert" : super.requestedType();
  }

  /**
   * An image at the slot's start was loaded to the wrong place (boot_validate_slot), unless the first
   * step of a swap has put it there.
   */
  protected override checkSecondary(type: TrailerState["type"], isOpen: boolean): boolean {
    const isRequest = !isOpen && type !== "revert";
    const isMisplaced = isRequest && hasImageMagic(this.secondary.nor.bytes);
    if (isMisplaced && !this.isSecondaryEmpty(type)) {
      this.eraseSecondary();
      return false;
    }
    return super.checkSecondary(type, isOpen);
  }

  protected override clearStuckRevert(): void {
    // Of the move mode alone.
  }

  protected override secondaryImage(type: TrailerState["type"]): Uint8Array {
    const { geometry, nor } = this.secondary;
    return type === "revert" ? nor.bytes : nor.bytes.subarray(geometry.blockLength);
  }

  protected override requestRevert(swapSize: number): void {
    if (this.secondaryTrailer.read().magic !== "unset") return;
    this.secondaryTrailer.erase();
    this.secondaryTrailer.writeFlag("copyDone");
    this.secondaryTrailer.writeType("revert");
    this.secondaryTrailer.writeSwapSize(swapSize);
    this.secondaryTrailer.writeMagic();
  }

  protected override resume(done: number): BootResult["did"] {
    const { type, swapSize } = this.primaryTrailer.read();
    this.runSteps(type, swapSize, done);
    if (isSwap(type)) this.finish(type);
    return "resumed";
  }

  protected override runSteps(type: TrailerState["type"], swapSize: number, done: number): void {
    const { primary, secondary } = this;
    const pages = Math.ceil(swapSize / primary.geometry.blockLength);
    for (let step = done; step < 2 * pages; step++) {
      const isOut = step % 2 === 0;
      const index = step >> 1;
      const page = type === "revert" ? pages - 1 - index : index;
      const inPrimary = { flash: primary, page };
      // Where the primary's page goes, and where its new one comes from.
      const isUp = (type === "revert") === isOut;
      const inSecondary = { flash: secondary, page: isUp ? page + 1 : page };
      if (isOut) copyPage(inPrimary, inSecondary);
      else copyPage(inSecondary, inPrimary);
      this.primaryTrailer.writeStatus(step, isOut ? 1 : 2);
    }
    if (type !== "revert") return;
    // What the slot starts with must not look like an image, and nothing is asked for any more.
    secondary.eraseBlock(0);
    this.secondaryTrailer.erase();
  }
}
