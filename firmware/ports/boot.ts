/**
 * How the image that runs came to run, in MCUboot's terms (docs/design.md, "Image trailer").
 * - `confirmed`: stays after the next reset;
 * - `unconfirmed`: a test swap; unless confirmed, the next reset reverts it.
 */
export type BootState = "confirmed" | "unconfirmed";

/**
 * What a bootloader that keeps notes says of the image that it was last asked to try.
 * - `reverted`: it was started and not confirmed;
 * - `refused`: it was never started;
 * - `unknown`: of that image there is no note: nothing was asked for, or a cut has taken the note.
 */
export type TrialEnd = "reverted" | "refused" | "unknown";

/** The boot side: MCUboot's trailer on flash, or a platform's own OTA partitions. */
export interface Boot {
  state(): BootState;

  /** Asks the bootloader to run the secondary image once, at the next reset. */
  requestTestSwap(): void;

  /** Whether that was asked for and the bootloader has not done it: after a reset, it never will. */
  isSwapRequested(): boolean;

  /** While a confirmed image runs; undefined: the bootloader keeps no notes, and images tell. */
  lastTrial(): TrialEnd | undefined;

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
