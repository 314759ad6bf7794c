/** Time as the core knows it. The platform gives it, so tests and campaigns run on virtual time. */
export interface Clock {
  /** Milliseconds since boot, monotonic: it never jumps and is not the time of day. */
  nowMs(): number;

  /**
   * Calls `onAlarm` once, `delayMs` (0 to 2^31 - 1 ms) or a little more from now; never from inside
   * this call.
   */
  alarm(delayMs: number, onAlarm: () => void): Alarm;
}

export interface Alarm {
  /** After this, `onAlarm` is not called. Harmless when it has already been. */
  cancel(): void;
}
