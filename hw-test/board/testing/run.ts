import { compileModule } from "./build.ts";
import { layout, TestFlash, testImage } from "./image.ts";
import { type Cycle, type CycleOptions, powerCycle } from "./peer.ts";

/** A flash whose primary holds this module as version 1.0.0. */
export function flashFor(program: string, source: string): TestFlash {
  const flash = new TestFlash();
  flash.put(layout.primary, testImage(compileModule(program, source), [1, 0, 0]));
  return flash;
}

/** One power cycle of this module, ended when it traces `end`. */
export function runModule(
  program: string,
  source: string,
  options: CycleOptions = {},
): Promise<Cycle> {
  return powerCycle(program, flashFor(program, source).path, { stopAt: "end", ...options });
}

/** What the module traced. */
export function traced(cycle: Cycle): readonly string[] {
  return cycle.lines.filter((line) => !line.startsWith("boot: ") && line !== "end");
}
