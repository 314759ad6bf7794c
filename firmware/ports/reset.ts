export interface Reset {
  /** Restarts the device; nothing after this call runs. */
  restart(): never;
  /**
   * Whether the last reset came with the supply (switched off, cut, drained) and says nothing
   * against the firmware; undefined where the board cannot tell.
   */
  wasPowerLoss(): boolean | undefined;
}
