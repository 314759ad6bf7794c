import type { Timing } from "../air.ts";

/** Time that goes on only when a test says so. */
export class TestTiming implements Timing {
  private now = 0;
  private readonly alarms: { atMs: number; onDue: () => void }[] = [];

  nowMs(): number {
    return this.now;
  }

  after(delayMs: number, onDue: () => void): void {
    this.alarms.push({ atMs: this.now + delayMs, onDue });
  }

  /** Runs alarms, those of new alarms too, in order of their time, until none is left. */
  runAll(): void {
    while (this.alarms.length > 0) {
      this.alarms.sort((one, other) => one.atMs - other.atMs);
      const next = this.alarms.shift();
      if (next === undefined) return;
      this.now = Math.max(this.now, next.atMs);
      next.onDue();
    }
  }
}
