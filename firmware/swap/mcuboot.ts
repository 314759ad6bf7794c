import { assert } from "../assert.ts";
import { Failure } from "../failure.ts";
import type { Boot, BootState } from "../ports/boot.ts";
import type { Flash, FlashGeometry } from "../ports/flash.ts";
import {
  FLAG_SET,
  readTrailer,
  SWAP_TYPE_TEST,
  type Trailer,
  trailerFields,
  writeByte,
  writeMagic,
} from "./trailer.ts";

export interface McubootSlots {
  readonly primary: Flash;
  readonly secondary: Flash;
}

/**
 * The boot side for MCUboot in a swap mode: its image trailers, read and written as it does itself.
 *
 * A revert leaves no trace of its own: copy_done and image_ok of the primary slot are both set
 * after it, exactly as after a confirmed update. Whether it happened is told from the images.
 */
export class McubootBoot implements Boot {
  private readonly primary: Flash;
  private readonly secondary: Flash;

  constructor(slots: McubootSlots) {
    const one = slots.primary.geometry;
    const other = slots.secondary.geometry;
    const same =
      slotBytes(one) === slotBytes(other) &&
      one.blockLength === other.blockLength &&
      one.writeAlign === other.writeAlign &&
      one.eraseValue === other.eraseValue;
    assert(same, "the slots must be of one size and geometry to be swapped");
    this.primary = slots.primary;
    this.secondary = slots.secondary;
  }

  /** Unconfirmed is what MCUboot itself would revert (`boot_swap_tables`, the REVERT row). */
  state(): BootState {
    const trailer = readTrailer(this.primary);
    const reverts =
      trailer.magic === "set" && trailer.copyDone === "set" && trailer.imageOk === "unset";
    return reverts ? "unconfirmed" : "confirmed";
  }

  /**
   * Asks for a test swap: swap_info first and the magic last, since MCUboot acts on the magic; a
   * cut in between asks for nothing. A trailer that a cut has spoilt is erased first. Does nothing
   * if the request stands. Throws SWAP_REQUEST.
   */
  requestTestSwap(): void {
    if (this.state() === "unconfirmed") {
      throw new Failure("SWAP_REQUEST", "the running image is unconfirmed");
    }
    const found = readTrailer(this.secondary);
    if (this.isTestRequest(found)) return;
    const hasType = found.swapInfo === SWAP_TYPE_TEST;
    const blank = found.swapInfo === this.secondary.geometry.eraseValue;
    const usable = isUnset(found) && (hasType || blank);
    if (!usable) this.eraseLastPage();
    if (!usable || !hasType) {
      writeByte(this.secondary, trailerFields(this.secondary.geometry).swapInfo, SWAP_TYPE_TEST);
    }
    writeMagic(this.secondary);
    const written = readTrailer(this.secondary);
    if (!this.isTestRequest(written)) {
      // MCUboot acts on a magic whatever stands beside it: the job fails, so nothing may be asked.
      this.eraseLastPage();
      throw new Failure("SWAP_REQUEST", `magic ${written.magic}, type ${written.swapInfo}`);
    }
  }

  /** By the magic alone, as MCUboot goes by it. */
  isSwapRequested(): boolean {
    return readTrailer(this.secondary).magic === "set";
  }

  /** Its trailer has no field for it. */
  lastTrial(): undefined {
    return undefined;
  }

  /** Throws FLASH_ERASE. */
  withdrawSwap(): void {
    if (this.isSwapRequested()) this.eraseLastPage();
  }

  /**
   * MCUboot up to 2.1 reverts only while the secondary's magic is unset (`boot_swap_tables`), and a
   * revert writes one there first: a cut inside that write leaves half of it, and an image that
   * could never be got rid of. Later versions revert, but unprotected against the next cut.
   * Throws FLASH_ERASE.
   */
  secureRevert(): void {
    if (this.state() !== "unconfirmed") return;
    if (readTrailer(this.secondary).magic === "bad") this.eraseLastPage();
  }

  /**
   * Sets image_ok of the primary slot, where there is something to confirm: a factory image has no
   * trailer, and an image_ok that a cut has spoilt already keeps MCUboot from reverting.
   * Throws FLASH_WRITE.
   */
  confirm(): void {
    const found = readTrailer(this.primary);
    if (found.magic !== "set" || found.imageOk !== "unset") return;
    writeByte(this.primary, trailerFields(this.primary.geometry).imageOk, FLAG_SET);
    if (readTrailer(this.primary).imageOk !== "set") {
      throw new Failure("FLASH_WRITE", "image_ok does not read back");
    }
  }

  private isTestRequest(trailer: Trailer): boolean {
    return (
      trailer.magic === "set" &&
      trailer.swapInfo === SWAP_TYPE_TEST &&
      trailer.imageOk === "unset" &&
      trailer.copyDone === "unset"
    );
  }

  /** The page of magic, flags and swap_info; the writer has cleared those of the swap's status. */
  private eraseLastPage(): void {
    const geometry = this.secondary.geometry;
    this.secondary.eraseBlock(geometry.byteLength / geometry.blockLength - 1);
  }
}

function slotBytes({ byteLength, leadBytes = 0 }: FlashGeometry): number {
  return byteLength + leadBytes;
}

function isUnset(trailer: Trailer): boolean {
  return trailer.magic === "unset" && trailer.imageOk === "unset" && trailer.copyDone === "unset";
}
