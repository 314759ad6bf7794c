import { hasImageMagic, type Image, readImage } from "../../tools/image/mcuboot.ts";
import { imageExtent } from "../../tools/image/tlvs.ts";
import type { SwapType } from "../../tools/image/trailer.ts";
import { trailerPages } from "./geometries.ts";
import type { SlotFlash } from "./slot-flash.ts";
import { headerPages, type Page, pagesToSwap, type SlotPair, SwapMove } from "./swap-move.ts";
import { SlotTrailer, type TrailerState } from "./trailer.ts";

/** What a boot came to; `halted`: MCUboot's assertion failed, and it starts nothing. */
export interface BootResult {
  readonly did: SwapType | "resumed" | "refused" | "halted";
  /** The image that is started; undefined: nothing is fit to be, the tracker is dead. */
  readonly image: Image | undefined;
}

/** What differs from one MCUboot to another. */
export interface BootloaderBuild {
  /** `move` if left out. */
  readonly swap?: "move" | "offset";
  /** MCUboot up to 2.1 reverts only while the secondary's magic is unset, later ones always. */
  readonly revertsOnUnsetMagicOnly?: boolean;
  /** Built for slots other than these (boot_slots_compatible): it swaps nothing, and boots on. */
  readonly swapsNothing?: boolean;
}

export interface BootloaderOptions extends SlotPair<SlotFlash>, BootloaderBuild {}

/** bootutil/image.h, IMAGE_F_…: what a build without encryption and compression does not start. */
const NON_BOOTABLE = 0x10;
const UNFIT_FLAGS = NON_BOOTABLE | 0x04 | 0x08 | 0x200 | 0x400 | 0x800;
const HEADER_BYTES = 32;
/** BOOT_SWAP_TYPE_FAIL: no trailer that MCUboot writes has it, but its low half byte may be read. */
const TYPE_FAIL = 5;

/** bootutil_public.c, boot_swap_tables, in its order; what is absent may be anything. */
const decisions: readonly (readonly [(pair: SlotPair<TrailerState>) => boolean, SwapType])[] = [
  [({ secondary }) => secondary.magic === "good" && secondary.imageOk === "unset", "test"],
  [({ secondary }) => secondary.magic === "good" && secondary.imageOk === "set", "permanent"],
  [({ primary }) => isOnTrial(primary), "revert"],
];

function isOnTrial({ magic, imageOk, copyDone }: TrailerState): boolean {
  return magic === "good" && imageOk === "unset" && copyDone === "set";
}

/**
 * MCUboot 2.4 in its swap-using-move mode (mcuboot docs/design.md; loader.c, swap_move.c), for any
 * geometry: it swaps by the trailers, marks each step, goes on with a swap that a cut has stopped,
 * and wipes a secondary that does not hold what was asked for. Where it differs: docs/mcuboot.md.
 */
export class Bootloader {
  private readonly options: BootloaderOptions;
  protected readonly primary: SlotFlash;
  protected readonly secondary: SlotFlash;
  protected readonly primaryTrailer: SlotTrailer;
  protected readonly secondaryTrailer: SlotTrailer;
  private readonly move: SwapMove;
  private readonly imageMaxBytes: number;

  constructor(options: BootloaderOptions) {
    this.options = options;
    this.primary = options.primary;
    this.secondary = options.secondary;
    this.primaryTrailer = new SlotTrailer(this.primary);
    this.secondaryTrailer = new SlotTrailer(this.secondary);
    this.move = new SwapMove(options, this.primaryTrailer);
    const { geometry } = this.primary;
    const pages = trailerPages(geometry) + 1;
    this.imageMaxBytes = geometry.byteLength - pages * geometry.blockLength;
  }

  /** Throws PowerCut when the power fails on the way. */
  run(): BootResult {
    const did = this.update();
    return { did, image: did === "halted" ? undefined : this.fitImage(this.primary.nor.bytes) };
  }

  private update(): BootResult["did"] {
    if (this.options.swapsNothing === true) return "none";
    const isOpen = this.isSwapOpen();
    const done = isOpen ? this.primaryTrailer.readStatus() : 0;
    if (done > 0) return this.resume(done);
    if (!hasImageMagic(this.primary.nor.bytes)) return "none";
    return isOpen ? this.beginOpen() : this.beginRequested();
  }

  /** Its trailer is complete in the primary, and no request stands (swap_status_source). */
  private isSwapOpen(): boolean {
    const { magic, copyDone } = this.primaryTrailer.read();
    const isStanding = this.secondaryTrailer.read().magic === "good";
    return magic === "good" && copyDone === "unset" && !isStanding;
  }

  /** boot_complete_partial_swap, unless a header is not where the steps have left it. */
  protected resume(done: number): BootResult["did"] {
    const { type, swapSize } = this.primaryTrailer.read();
    const { blockLength } = this.primary.geometry;
    if (swapSize > 2 ** 32 - blockLength) return "halted";
    const last = pagesToSwap(swapSize, blockLength);
    const headers = headerPages(this.options, last, done);
    if (!hasHeader(headers.primary)) return "halted";
    if (!hasHeader(headers.secondary))
      return this.isStartOfPrimary(headers.primary) ? "none" : "halted";
    if (swapSize > this.imageMaxBytes) return "halted";
    this.runSteps(type, swapSize, done);
    if (isSwap(type)) this.finish(type);
    return "resumed";
  }

  /** The last check reads by the header that was found, and hashes what the slot starts with. */
  private isStartOfPrimary({ flash, page }: Page<SlotFlash>): boolean {
    const start = page * flash.geometry.blockLength;
    const found = flash.nor.bytes.subarray(start, start + HEADER_BYTES);
    return Buffer.compare(found, this.primary.nor.bytes.subarray(0, HEADER_BYTES)) === 0;
  }

  private beginRequested(): BootResult["did"] {
    const type = this.requestedType();
    if (type === "none") return type;
    return this.checkSecondary(type, false) ? this.start(type, false) : "refused";
  }

  /** A swap that has its trailer and not one step (boot_prepare_image_for_update). */
  private beginOpen(): BootResult["did"] {
    const { type } = this.primaryTrailer.read();
    if (type === "none") return this.beginRequested();
    const isFit = this.checkSecondary(type, true);
    if (isFit && isSwap(type)) return this.start(type, true);
    if (isFit && type !== TYPE_FAIL) return "halted";
    // BOOT_SWAP_TYPE_FAIL: as if it had just been reverted.
    this.confirmUnset();
    return "refused";
  }

  protected requestedType(): SwapType {
    const primary = this.primaryTrailer.read();
    const secondary = this.secondaryTrailer.read();
    const type = decisions.find(([fits]) => fits({ primary, secondary }))?.[1] ?? "none";
    const isHeld = this.options.revertsOnUnsetMagicOnly === true && secondary.magic !== "unset";
    return type === "revert" && isHeld ? "none" : type;
  }

  /** boot_validate_slot: an unfit image is erased with all of its slot. */
  protected checkSecondary(type: TrailerState["type"], isOpen: boolean): boolean {
    if (this.isSecondaryEmpty(type)) {
      this.secondaryTrailer.erase();
      const isRevert = (isOpen && type === "revert") || this.requestedType() === "revert";
      if (isRevert) this.clearStuckRevert();
      return false;
    }
    if (this.fitImage(this.secondaryImage(type)) !== undefined) return true;
    this.eraseSecondary();
    return false;
  }

  /** A revert to nothing would be tried for ever. */
  protected clearStuckRevert(): void {
    this.primaryTrailer.erase();
  }

  protected eraseSecondary(): void {
    const { byteLength, blockLength } = this.secondary.geometry;
    for (let page = 0; page * blockLength < byteLength; page++) this.secondary.eraseBlock(page);
  }

  /** The secondary slot from where the image of such a swap begins. */
  protected secondaryImage(_type: TrailerState["type"]): Uint8Array {
    return this.secondary.nor.bytes;
  }

  protected isSecondaryEmpty(type: TrailerState["type"]): boolean {
    const { eraseValue } = this.secondary.geometry;
    const header = Buffer.from(this.secondaryImage(type).subarray(0, HEADER_BYTES));
    const isErased = header.subarray(0, 4).every((byte) => byte === eraseValue);
    return isErased || (header.readUInt32LE(16) & NON_BOOTABLE) !== 0;
  }

  private start(type: SwapType, isOpen: boolean): BootResult["did"] {
    const images = [this.primary.nor.bytes, this.secondaryImage(type)];
    const sizes = images.map((image) => imageExtent(image)?.end);
    const swapSize = Math.max(...sizes.map((size) => size ?? Number.POSITIVE_INFINITY));
    if (swapSize > this.imageMaxBytes) return "halted";
    if (type === "revert") this.requestRevert(swapSize);
    if (!isOpen) this.openSwap(type, swapSize);
    this.secondaryTrailer.erase();
    this.runSteps(type, swapSize, 0);
    this.finish(type);
    return type;
  }

  /** What is left of a swap after `done` steps. */
  protected runSteps(_type: TrailerState["type"], swapSize: number, done: number): void {
    this.move.run(pagesToSwap(swapSize, this.primary.geometry.blockLength), done);
  }

  /** The primary's trailer, magic last: before it, the request in the secondary stands. */
  private openSwap(type: SwapType, swapSize: number): void {
    const isPermanent = this.secondaryTrailer.read().imageOk === "set";
    this.primaryTrailer.erase();
    this.primaryTrailer.writeType(type);
    if (isPermanent) this.primaryTrailer.writeFlag("imageOk");
    this.primaryTrailer.writeSwapSize(swapSize);
    this.primaryTrailer.writeMagic();
  }

  /** Its evidence in the primary is about to go (swap_move.c, fixup_revert). */
  protected requestRevert(swapSize: number): void {
    if (this.secondaryTrailer.read().magic !== "unset") return;
    this.secondaryTrailer.erase();
    this.secondaryTrailer.writeFlag("imageOk");
    this.secondaryTrailer.writeSwapSize(swapSize);
    this.secondaryTrailer.writeMagic();
  }

  /** Neither a permanent swap nor a revert is to be reverted. */
  protected finish(type: SwapType): void {
    if (type !== "test") this.confirmUnset();
    this.primaryTrailer.writeFlag("copyDone");
  }

  private confirmUnset(): void {
    if (this.primaryTrailer.read().imageOk === "unset") this.primaryTrailer.writeFlag("imageOk");
  }

  private fitImage(bytes: Uint8Array): Image | undefined {
    const image = readImage(bytes);
    if (image === undefined || !image.digestOk || image.byteLength > this.imageMaxBytes) {
      return undefined;
    }
    return (image.flags & UNFIT_FLAGS) === 0 ? image : undefined;
  }
}

function hasHeader({ flash, page }: Page<SlotFlash>): boolean {
  return hasImageMagic(flash.nor.bytes, page * flash.geometry.blockLength);
}

export function isSwap(type: TrailerState["type"]): type is SwapType {
  return type === "test" || type === "permanent" || type === "revert";
}
