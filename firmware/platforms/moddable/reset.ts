import type { Reset } from "../../ports/reset.ts";
import { system } from "./system.ts";

export const moddableReset: Reset = Object.freeze({
  restart(): never {
    system().restart();
    throw new Error("System.restart returned");
  },
  wasPowerLoss(): boolean | undefined {
    const cause = system().resetCause;
    return cause === undefined ? undefined : cause === "power-on";
  },
});
