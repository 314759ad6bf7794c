import { Failure } from "../failure.ts";
import type { Boot, BootState, TrialEnd } from "../ports/boot.ts";
import type { OtaPartitions } from "../ports/ota.ts";

// esp_flash_partitions.h, esp_ota_img_states_t.
const NEW = 0;
const PENDING_VERIFY = 1;
const VALID = 2;
const INVALID = 3;
const ABORTED = 4;

/**
 * The boot side for ESP-IDF's bootloader with `CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE`: the new image
 * runs from the partition that it was written to, and `otadata` has a sector for each of the two. A
 * sector is erased before it is written, so a cut may take either note, never both.
 */
export class OtaBoot implements Boot {
  private readonly ota: OtaPartitions;

  constructor(ota: OtaPartitions) {
    this.ota = ota;
  }

  /**
   * On trial is what is to be verified. One that still counts as new was started by a bootloader that
   * was built without rollback: it must prove itself all the same.
   */
  state(): BootState {
    const state = this.ota.runningState();
    return state === PENDING_VERIFY || state === NEW ? "unconfirmed" : "confirmed";
  }

  /**
   * Does nothing if the request stands: ESP-IDF would write the second one over the entry of the
   * running image, and with it the way back. So would it after a refused image. Throws SWAP_REQUEST.
   */
  requestTestSwap(): void {
    if (this.state() === "unconfirmed") {
      throw new Failure("SWAP_REQUEST", "the running image is unconfirmed");
    }
    if (this.isSwapRequested()) return;
    this.forgetNext();
    const error = this.ota.bootNext();
    if (error !== 0) {
      throw new Failure("SWAP_REQUEST", `esp_ota_set_boot_partition: 0x${error.toString(16)}`);
    }
    if (this.isSwapRequested()) return;
    const state = this.ota.nextState();
    this.forgetNext();
    throw new Failure("SWAP_REQUEST", `otadata has state ${state}: is rollback enabled?`);
  }

  isSwapRequested(): boolean {
    return this.ota.bootsNext() === 1 && this.ota.nextState() === NEW;
  }

  /** One that is to be verified and does not run was not started, or ends with the next reset. */
  lastTrial(): TrialEnd {
    const state = this.ota.nextState();
    if (state === ABORTED || state === INVALID) return "reverted";
    return state === PENDING_VERIFY ? "refused" : "unknown";
  }

  /** Throws FLASH_ERASE. */
  withdrawSwap(): void {
    this.forgetNext();
  }

  /** Nothing keeps the bootloader from it: the entry of the former image stands, untouched. */
  secureRevert(): void {}

  /** Throws FLASH_WRITE. A cut in here leaves the entry of the former image alone, which then runs. */
  confirm(): void {
    if (this.state() === "confirmed") return;
    const error = this.ota.markValid();
    const state = this.ota.runningState();
    if (error === 0 && state === VALID) return;
    throw new Failure("FLASH_WRITE", `otadata: error 0x${error.toString(16)}, state ${state}`);
  }

  /** What would start the other image. Throws FLASH_ERASE. */
  private forgetNext(): void {
    if (this.ota.bootsNext() === 0) return;
    const error = this.ota.forgetNext();
    if (error === 0 && this.ota.bootsNext() === 0) return;
    throw new Failure("FLASH_ERASE", `otadata: error 0x${error.toString(16)}`);
  }
}
