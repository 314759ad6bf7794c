import type { Flash } from "../../firmware/ports/flash.ts";
import { type Image, readImage } from "../../tools/image/mcuboot.ts";
import { MAX_SECTORS, type SwapType } from "../../tools/image/trailer.ts";
import { trailerPages } from "./geometries.ts";
import type { PoweredFlash } from "./powered-flash.ts";
import { SlotTrailer, type TrailerState } from "./trailer.ts";

/** What a boot came to. */
export interface BootResult {
  readonly did: SwapType | "resumed" | "refused";
  /** The image that is started; undefined: nothing is fit to be, the tracker is dead. */
  readonly image: Image | undefined;
}

/** First status entry of the swap proper; those before it are of the move. */
const FIRST_SWAP_STEP = MAX_SECTORS;
const IMAGE_F_NON_BOOTABLE = 0x10;

/** bootutil_public.c, boot_swap_tables, in its order; what is absent may be anything. */
const decisions: readonly (readonly [(pair: Pair) => boolean, SwapType])[] = [
  [({ secondary }) => secondary.magic === "good" && secondary.imageOk === "unset", "test"],
  [({ secondary }) => secondary.magic === "good" && secondary.imageOk === "set", "permanent"],
  [
    ({ primary }) =>
      primary.magic === "good" && primary.imageOk === "unset" && primary.copyDone === "set",
    "revert",
  ],
];

interface Pair {
  readonly primary: TrailerState;
  readonly secondary: TrailerState;
}

/**
 * MCUboot in its swap-using-move mode (mcuboot docs/design.md; swap_move.c), for any geometry: it
 * swaps by the trailers, marks each step, goes on with a swap that a cut has stopped, and wipes a
 * secondary that does not hold what was asked for.
 */
export class Bootloader {
  private readonly primary: PoweredFlash;
  private readonly secondary: PoweredFlash;
  private readonly primaryTrailer: SlotTrailer;
  private readonly secondaryTrailer: SlotTrailer;
  private readonly imageMaxBytes: number;

  constructor(slots: { readonly primary: PoweredFlash; readonly secondary: PoweredFlash }) {
    this.primary = slots.primary;
    this.secondary = slots.secondary;
    this.primaryTrailer = new SlotTrailer(slots.primary);
    this.secondaryTrailer = new SlotTrailer(slots.secondary);
    const { geometry } = slots.primary;
    const pages = trailerPages(geometry) + 1;
    this.imageMaxBytes = geometry.byteLength - pages * geometry.blockLength;
  }

  /** Throws PowerCut when the power fails on the way. */
  run(): BootResult {
    const did = this.update();
    return { did, image: this.fitImage(this.primary) };
  }

  private update(): BootResult["did"] {
    const primary = this.primaryTrailer.read();
    const secondary = this.secondaryTrailer.read();
    if (this.isInterrupted(primary)) {
      this.complete();
      return "resumed";
    }
    const type = decisions.find(([fits]) => fits({ primary, secondary }))?.[1] ?? "none";
    if (type === "none") return type;
    if (this.fitImage(this.secondary) === undefined) {
      this.refuse(primary);
      return "refused";
    }
    this.start(type);
    return type;
  }

  /** loader.c, BOOT_SWAP_TYPE_FAIL: header and request go, and what runs stays. */
  private refuse(primary: TrailerState): void {
    this.secondary.eraseBlock(0);
    if (primary.imageOk === "unset") this.primaryTrailer.writeFlag("imageOk");
    this.secondaryTrailer.erase();
  }

  private isInterrupted(primary: TrailerState): boolean {
    return (
      primary.magic === "good" &&
      primary.copyDone === "unset" &&
      primary.type !== "none" &&
      primary.swapSize <= this.imageMaxBytes
    );
  }

  private start(type: SwapType): void {
    const sizes = [this.primary, this.secondary].map(
      (slot) => readImage(slot.nor.bytes)?.byteLength,
    );
    const swapSize = Math.max(...sizes.map((size) => size ?? 0));
    if (type === "revert") this.requestRevert(swapSize);
    this.primaryTrailer.erase();
    this.primaryTrailer.writeType(type);
    if (type !== "test") this.primaryTrailer.writeFlag("imageOk");
    this.primaryTrailer.writeSwapSize(swapSize);
    this.primaryTrailer.writeMagic();
    this.complete();
  }

  /** Its evidence in the primary is about to go (swap_move.c, fixup_revert). */
  private requestRevert(swapSize: number): void {
    this.secondaryTrailer.erase();
    this.secondaryTrailer.writeFlag("imageOk");
    this.secondaryTrailer.writeSwapSize(swapSize);
    this.secondaryTrailer.writeMagic();
  }

  private complete(): void {
    const { type, imageOk, swapSize } = this.primaryTrailer.read();
    const last = Math.ceil(swapSize / this.primary.geometry.blockLength);
    const done = this.primaryTrailer.readStatus();
    if (done === 0) this.secondaryTrailer.erase();
    this.moveUp(last, done);
    this.swap(last, Math.max(done, FIRST_SWAP_STEP));
    if (type !== "test" && imageOk === "unset") this.primaryTrailer.writeFlag("imageOk");
    this.primaryTrailer.writeFlag("copyDone");
  }

  private moveUp(last: number, done: number): void {
    for (let step = done; step < last; step++) {
      const index = last - step;
      this.copy({ flash: this.primary, page: index - 1 }, { flash: this.primary, page: index });
      this.primaryTrailer.writeStatus(step);
    }
  }

  private swap(last: number, done: number): void {
    for (let step = done - FIRST_SWAP_STEP; step < 2 * last; step++) {
      const page = step >> 1;
      const moved = { flash: this.primary, page: page + 1 };
      const isFirstHalf = step % 2 === 0;
      if (isFirstHalf) this.copy({ flash: this.secondary, page }, { flash: this.primary, page });
      else this.copy(moved, { flash: this.secondary, page });
      this.primaryTrailer.writeStatus(FIRST_SWAP_STEP + step);
    }
  }

  private copy(from: Page, to: Page): void {
    const { blockLength } = this.primary.geometry;
    const bytes = new Uint8Array(blockLength);
    from.flash.read(bytes, from.page * blockLength);
    to.flash.eraseBlock(to.page);
    to.flash.write(bytes, to.page * blockLength);
  }

  private fitImage(slot: PoweredFlash): Image | undefined {
    const image = readImage(slot.nor.bytes);
    if (image === undefined || !image.digestOk || image.byteLength > this.imageMaxBytes) {
      return undefined;
    }
    return (image.flags & IMAGE_F_NON_BOOTABLE) === 0 ? image : undefined;
  }
}

interface Page {
  readonly flash: Flash;
  readonly page: number;
}
