import { execFileSync } from "node:child_process";
import { closeSync, openSync, readSync } from "node:fs";
import { kitCounter, kitObjects } from "../../hw-test/dev-kit/program.ts";

/** Instructions by function. */
export type Counts = ReadonlyMap<string, number>;

interface Named {
  readonly address: number;
  readonly name: string;
}

/** Reads what `tracker-kit run --count FILE` counts, at any time (hw-test/dev-kit/counter). */
export class Counters {
  private readonly path: string;
  private readonly functions: readonly Named[];
  /** Waiting, interrupts and serial lines: they go on as the rig does, and are not the firmware's. */
  private readonly machine: ReadonlySet<string>;

  /** After the dev kit is built. */
  constructor(path: string) {
    this.path = path;
    // One after the other in the code flash: the bootloader, then the runtime.
    this.functions = kitObjects.images.flatMap(functionsOf);
    this.machine = new Set(kitObjects.machine.flatMap(functionsOf).map(({ name }) => name));
  }

  /** All since the first power-on, but the machine's own. */
  read(): Counts {
    const counts = new Map<string, number>();
    const numbers = readNumbers(this.path);
    let at = 0;
    for (let index = 0; index < numbers.length; index++) {
      const count = Number(numbers[index]);
      if (count === 0) continue;
      const address = index * kitCounter.stride;
      while ((this.functions[at + 1]?.address ?? Number.POSITIVE_INFINITY) <= address) at++;
      const name = this.functions[at]?.name ?? "?";
      if (!this.machine.has(name)) counts.set(name, (counts.get(name) ?? 0) + count);
    }
    return counts;
  }
}

/** What `one` has more than `other`. */
export function difference(one: Counts, other: Counts): Counts {
  const all = [...one].map(([name, count]) => [name, count - (other.get(name) ?? 0)] as const);
  return new Map(all.filter(([, count]) => count > 0));
}

export function sum(counts: Counts): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

function readNumbers(path: string): BigUint64Array {
  const numbers = new BigUint64Array(kitCounter.numbers);
  const file = openSync(path, "r");
  try {
    readSync(file, numbers);
  } finally {
    closeSync(file);
  }
  return numbers;
}

/** By address. */
function functionsOf(path: string): Named[] {
  const text = execFileSync("arm-none-eabi-nm", ["-n", path], { encoding: "utf8" });
  // A name of the linker scripts, such as `_runtime_start`, is no function.
  const lines = text.matchAll(/^([0-9a-f]+) [tTwW] (?!_[a-z])([^$\n]+)$/gm);
  return [...lines].map(([, address = "", name = ""]) => ({
    // The lowest bit says Thumb.
    address: Number.parseInt(address, 16) & ~1,
    name,
  }));
}
