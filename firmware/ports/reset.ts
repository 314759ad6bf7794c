export interface Reset {
  /** Restarts the device; nothing after this call runs. */
  restart(): never;
}
