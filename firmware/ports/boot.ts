/**
 * How the image that runs came to run, in MCUboot's terms (docs/design.md, "Image trailer").
 * - `confirmed`: stays after the next reset;
 * - `unconfirmed`: a test swap; unless confirmed, the next reset reverts it.
 */
export type BootState = "confirmed" | "unconfirmed";

/** The boot side: MCUboot's trailer on flash, or a platform's own OTA partitions. */
export interface Boot {
  state(): BootState;

  /** Asks the bootloader to run the secondary image once, at the next reset. */
  requestTestSwap(): void;

  /** Whether that was asked for and the bootloader has not done it: after a reset, it never will. */
  isSwapRequested(): boolean;

  /** Takes back what was asked for. */
  withdrawSwap(): void;

  /**
   * While the image is unconfirmed: removes what would keep the bootloader from reverting it. Called
   * at start and before the reset that is to revert.
   */
  secureRevert(): void;

  /** Makes the running image stay. */
  confirm(): void;
}
