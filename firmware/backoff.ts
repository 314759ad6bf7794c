import { assert } from "./assert.ts";

export interface BackoffOptions {
  /** Ceiling of the first wait, milliseconds, at least 2. */
  readonly minMs: number;
  /** Ceiling that no wait exceeds, milliseconds. */
  readonly maxMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * How long to wait before trying again: exponential, bounded, with equal jitter. The ceiling doubles
 * with every try up to `maxMs`; a wait is drawn evenly from its upper half, so that a fleet that
 * lost its broker at one instant does not come back at one instant, and yet nobody tries at once.
 * ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015.)
 */
export class Backoff {
  private readonly options: BackoffOptions;
  private ceilingMs: number;

  constructor(options: BackoffOptions) {
    assert(options.minMs >= 2 && options.maxMs >= options.minMs, "back-off bounds");
    this.options = options;
    this.ceilingMs = options.minMs;
  }

  /** The next wait in whole milliseconds: from half the ceiling to less than the ceiling. */
  next(): number {
    const ceilingMs = this.ceilingMs;
    this.ceilingMs = Math.min(this.options.maxMs, ceilingMs * 2);
    const half = ceilingMs / 2;
    // The sum is not rounded: just below the ceiling it would round up to it.
    return Math.ceil(half) + Math.floor(this.options.random() * Math.floor(half));
  }

  /** After a success: start again from `minMs`. */
  reset(): void {
    this.ceilingMs = this.options.minMs;
  }
}
