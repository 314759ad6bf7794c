import { PowerCut } from "../model/nor-flash.ts";

/** Where the power fails: before, inside or after an operation of flash or store. */
export interface Cut {
  /** Counted from 1, from the power-on before it. */
  readonly operation: number;
  readonly when: "before" | "inside" | "after";
}

/** What an operation did when the power failed: nothing, a part of it, or all. */
export type Verdict = "proceed" | Cut["when"];

/** One operation, for those who count: who did what to which part. */
export interface Operation {
  readonly actor: "bootloader" | "firmware";
  readonly part: "primary" | "secondary" | "otadata" | "store";
  readonly kind: "erase" | "write" | "delete";
}

/**
 * The tracker's power. Every erase and write of every part, and every change of the store, by
 * bootloader and firmware alike, asks here first; nothing works while the power is off.
 */
export class PowerSupply {
  actor: Operation["actor"] = "bootloader";
  /** Since the last power-on that followed a cut. */
  operations = 0;
  /** Of the whole run. */
  total = 0;
  cutsDone = 0;
  readonly onOperation: (operation: Operation) => void;
  private readonly cuts: Cut[];
  private isOff = false;

  constructor(cuts: readonly Cut[], onOperation: (operation: Operation) => void) {
    this.cuts = [...cuts];
    this.onOperation = onOperation;
  }

  /** Cuts that have not come yet. */
  get cutsLeft(): number {
    return this.cuts.length;
  }

  powerOn(): void {
    this.isOff = false;
    this.operations = 0;
  }

  /** One more, after those that were planned. */
  plan(cut: Cut): void {
    this.cuts.push(cut);
  }

  /** None that has not come yet will. */
  cancel(): void {
    this.cuts.length = 0;
  }

  requirePower(): void {
    if (this.isOff) throw new PowerCut();
  }

  /** The power fails now, whatever is under way. */
  fail(): never {
    this.isOff = true;
    this.cutsDone += 1;
    throw new PowerCut();
  }

  /**
   * Runs one operation as far as the power lets it.
   * @param does.torn what a cut inside leaves behind
   */
  operate(
    what: Omit<Operation, "actor">,
    does: { readonly whole: () => void; readonly torn: () => void },
  ): void {
    this.requirePower();
    this.operations += 1;
    this.total += 1;
    this.onOperation({ actor: this.actor, ...what });
    const cut = this.cuts[0];
    if (cut === undefined || cut.operation !== this.operations) {
      does.whole();
      return;
    }
    this.cuts.shift();
    if (cut.when === "inside") does.torn();
    if (cut.when === "after") does.whole();
    this.fail();
  }
}
