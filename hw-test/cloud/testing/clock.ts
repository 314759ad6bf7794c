import type { Clock } from "../clock.ts";

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Moves on, and runs what is due on the way, in order. */
  advance(byMs: number): void;
}

export function createTestClock(startMs = Date.now()): TestClock {
  let nowMs = startMs;
  let alarms: Array<{ readonly atMs: number; readonly action: () => void }> = [];
  return {
    now: () => nowMs,
    schedule(delayMs, action) {
      const alarm = { atMs: nowMs + delayMs, action };
      alarms.push(alarm);
      return () => {
        alarms = alarms.filter((other) => other !== alarm);
      };
    },
    advance(byMs) {
      const endMs = nowMs + byMs;
      for (;;) {
        const due = alarms.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        alarms = alarms.filter((other) => other !== due);
        nowMs = due.atMs;
        due.action();
      }
      nowMs = endMs;
    },
  };
}
