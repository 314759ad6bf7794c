/** Time of day in milliseconds since the epoch. Given to the cloud, so that tests need not wait. */
export type Now = () => number;

/** Calls `action` once, `delayMs` from now; the function it returns calls that off. */
export type Schedule = (delayMs: number, action: () => void) => () => void;

export interface Clock {
  readonly now: Now;
  readonly schedule: Schedule;
}

/** Runs like the machine's own, and can be put forward: what is due on the way is done, in order. */
export interface AdjustableClock extends Clock {
  advance(byMs: number): void;
}

interface Alarm {
  readonly atMs: number;
  readonly action: () => void;
  timer: NodeJS.Timeout | undefined;
}

/** Node's timers take no longer delay: beyond it they fire at once. */
const timerMaxMs = 2 ** 31 - 1;

/** Its timers keep no process alive. */
export function createClock(): AdjustableClock {
  const alarms = new Set<Alarm>();
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const arm = (alarm: Alarm) => {
    clearTimeout(alarm.timer);
    const delayMs = Math.min(Math.max(0, alarm.atMs - now()), timerMaxMs);
    alarm.timer = setTimeout(() => (alarm.atMs > now() ? arm(alarm) : ring(alarm)), delayMs);
    alarm.timer.unref();
  };
  const ring = (alarm: Alarm) => {
    clearTimeout(alarm.timer);
    if (alarms.delete(alarm)) alarm.action();
  };
  return {
    now,
    schedule(delayMs, action) {
      const alarm = { atMs: now() + delayMs, action, timer: undefined };
      alarms.add(alarm);
      arm(alarm);
      return () => {
        clearTimeout(alarm.timer);
        alarms.delete(alarm);
      };
    },
    advance(byMs) {
      const endMs = now() + byMs;
      for (;;) {
        const [due] = [...alarms]
          .filter(({ atMs }) => atMs <= endMs)
          .sort((a, b) => a.atMs - b.atMs);
        if (due === undefined) break;
        aheadMs += Math.max(0, due.atMs - now());
        ring(due);
      }
      aheadMs += Math.max(0, endMs - now());
      for (const alarm of alarms) arm(alarm);
    },
  };
}

/** The machine's own clock. */
export const realClock: Clock = createClock();

/** AWS IoT's timestamps: whole seconds since the epoch. */
export function epochSeconds(nowMs: number): number {
  return Math.floor(nowMs / 1000);
}
