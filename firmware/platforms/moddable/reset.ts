import type { Reset } from "../../ports/reset.ts";

export const moddableReset: Reset = Object.freeze({
  restart(): never {
    System.restart();
    throw new Error("System.restart returned");
  },
  wasPowerLoss(): boolean | undefined {
    const cause = System.resetCause;
    return cause === undefined ? undefined : cause === "power-on";
  },
});
