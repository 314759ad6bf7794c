import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import type { Clock } from "../ports/clock.ts";

/**
 * How long the download may still take: `config.downloadMaxMs` while it runs, however it pauses. It
 * runs while a server is reached, and between two attempts at one that misbehaves: hours without
 * coverage, or in which a server has us wait, are none of it.
 */
export class Lifetime {
  private readonly clock: Clock;
  private readonly deadline: Deadline;
  private readonly onOver: () => void;
  private leftMs: number = config.downloadMaxMs;
  private runsSinceMs = 0;

  constructor(clock: Clock, onOver: () => void) {
    this.clock = clock;
    this.deadline = new Deadline(clock);
    this.onOver = onOver;
  }

  run(): void {
    if (this.deadline.isRunning()) return;
    this.runsSinceMs = this.clock.nowMs();
    this.deadline.start(this.leftMs, this.onOver);
  }

  /** No time counts, and no alarm is set, until it runs again. */
  pause(): void {
    if (!this.deadline.isRunning()) return;
    this.deadline.cancel();
    this.leftMs = Math.max(0, this.leftMs - (this.clock.nowMs() - this.runsSinceMs));
  }
}
