/** Time of day in milliseconds since the epoch. Given to the cloud, so that tests need not wait. */
export type Now = () => number;

/** Calls `action` once, `delayMs` from now; the function it returns calls that off. */
export type Schedule = (delayMs: number, action: () => void) => () => void;

export interface Clock {
  readonly now: Now;
  readonly schedule: Schedule;
}

/** The machine's own clock; its timers keep no process alive. */
export const realClock: Clock = {
  now: () => Date.now(),
  schedule: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** AWS IoT's timestamps: whole seconds since the epoch. */
export function epochSeconds(nowMs: number): number {
  return Math.floor(nowMs / 1000);
}
