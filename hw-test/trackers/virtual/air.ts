import type { LinkProfile } from "../../driver.ts";

/** Time for the link model: real time in a run, the test's own in a test. */
export interface Timing {
  nowMs(): number;
  /** Calls `onDue` once, `delayMs` from now; alarms that are due together run in order. */
  after(delayMs: number, onDue: () => void): void;
}

export const realTiming: Timing = Object.freeze({
  nowMs: () => performance.now(),
  after: (delayMs: number, onDue: () => void) => {
    setTimeout(onDue, delayMs);
  },
});

/**
 * One direction of the air: every connection's bytes pass through it one after another, at the
 * profile's rate, and arrive half a round trip later, in order.
 */
export class Air {
  profile: LinkProfile;
  private readonly timing: Timing;
  private readonly random: () => number;
  /** When the last byte so far has left the sender. */
  private freeAtMs = 0;
  /** Oldest first. Only the first has an alarm, so nothing overtakes what was sent before it. */
  private readonly underWay: { atMs: number; onArrived: () => void }[] = [];

  constructor(options: { profile: LinkProfile; timing: Timing; seed: number }) {
    this.profile = options.profile;
    this.timing = options.timing;
    this.random = xorshift32(options.seed);
  }

  /** `onArrived` runs when `byteCount` bytes are across; at once when nothing delays them. */
  carry(byteCount: number, onArrived: () => void): void {
    const { bitsPerSecond, roundTripMs, lossShare, retransmitMs } = this.profile;
    const nowMs = this.timing.nowMs();
    this.freeAtMs = Math.max(nowMs, this.freeAtMs) + (byteCount * 8 * 1000) / bitsPerSecond;
    if (lossShare > 0 && this.random() < lossShare) this.freeAtMs += retransmitMs;
    const atMs = this.freeAtMs + roundTripMs / 2;
    if (atMs <= nowMs && this.underWay.length === 0) {
      onArrived();
      return;
    }
    this.underWay.push({ atMs, onArrived });
    if (this.underWay.length === 1) this.awaitFirst();
  }

  private awaitFirst(): void {
    const first = this.underWay[0];
    if (first === undefined) return;
    this.timing.after(Math.max(0, first.atMs - this.timing.nowMs()), () => {
      // The arrival stays first in the queue while it runs, so nothing overtakes it.
      first.onArrived();
      this.underWay.shift();
      this.awaitFirst();
    });
  }
}

/** A seeded generator, so that a lossy run can be repeated (xorshift32; Marsaglia, 2003). */
function xorshift32(seed: number): () => number {
  // The generator stays at 0 once it is there.
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
