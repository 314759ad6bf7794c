import type { Power } from "../ports/power.ts";

/**
 * A condition that holds an update without losing it: checked before the download starts and again
 * before the reset. While a gate is shut the job stays IN_PROGRESS.
 */
export interface Gate {
  /** Why the update must wait, for people (`battery 12 % < 20 %`), or undefined when it may go on. */
  shut(): string | undefined;
}

/** The first reason to wait, or undefined when every gate is open. */
export function firstShut(gates: readonly Gate[]): string | undefined {
  for (const gate of gates) {
    const reason = gate.shut();
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Shut while the battery is known to be below `minimum` (0 to 100 %). */
export function batteryGate(power: Power, minimum: number): Gate {
  return {
    shut() {
      const percent = power.batteryPercent();
      if (percent === undefined || percent >= minimum) return undefined;
      return `battery ${percent} % < ${minimum} %`;
    },
  };
}

/** Shut while the signal is known to be below `minimum` (RSRP, dBm). */
export function signalGate(power: Power, minimum: number): Gate {
  return {
    shut() {
      const dbm = power.signalDbm();
      if (dbm === undefined || dbm >= minimum) return undefined;
      return `signal ${dbm} dBm < ${minimum} dBm`;
    },
  };
}

/** Minutes since midnight, 0 to 1439, as far as the time of day is known. */
export type MinuteOfDay = () => number | undefined;

/**
 * A daily maintenance window, open from `from` to before `to` (minutes since midnight; it may span
 * midnight). Shut as well while the time of day is not known.
 */
export function windowGate(now: MinuteOfDay, window: { from: number; to: number }): Gate {
  return {
    shut() {
      const minute = now();
      if (minute === undefined) return "time of day unknown";
      const inOrder = window.from <= window.to;
      const after = minute >= window.from;
      const before = minute < window.to;
      return (inOrder ? after && before : after || before) ? undefined : "maintenance window";
    },
  };
}

/** Shut until the user has agreed. */
export function consentGate(given: () => boolean): Gate {
  return { shut: () => (given() ? undefined : "consent") };
}
