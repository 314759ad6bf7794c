import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { VirtualClock } from "./virtual-clock.ts";

interface Step {
  readonly verb: "set" | "cancel" | "advance";
  readonly number: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    verb: fc.constantFrom("set", "set", "set", "cancel", "advance"),
    // Few, so that many alarms are due at once.
    number: fc.nat(12),
  }),
  { maxLength: 200 },
);

/** What a list that is searched from end to end says of the same steps: who went off when. */
function searched(script: readonly Step[]): string[] {
  let nowMs = 0;
  let set = 0;
  let waiting: { readonly dueMs: number; readonly id: number }[] = [];
  const log: string[] = [];
  for (const { verb, number } of script) {
    if (verb === "set") waiting.push({ dueMs: nowMs + number, id: set++ });
    else if (verb === "cancel") waiting = waiting.filter(({ id }) => id !== number);
    else {
      const untilMs = nowMs + number;
      const due = waiting.filter(({ dueMs }) => dueMs <= untilMs);
      due.sort((a, b) => a.dueMs - b.dueMs || a.id - b.id);
      for (const { dueMs, id } of due) log.push(`${id} at ${dueMs}`);
      waiting = waiting.filter((one) => !due.includes(one));
      nowMs = untilMs;
    }
    log.push(`${waiting.length} left`);
  }
  return log;
}

function run(script: readonly Step[]): string[] {
  const clock = new VirtualClock();
  const alarms: { cancel(): void }[] = [];
  const log: string[] = [];
  for (const { verb, number } of script) {
    if (verb === "set") {
      const id = alarms.length;
      alarms.push(clock.alarm(number, () => log.push(`${id} at ${clock.nowMs()}`)));
    } else if (verb === "cancel") alarms[number]?.cancel();
    else clock.advance(number);
    log.push(`${clock.pendingCount} left`);
  }
  return log;
}

describe("the virtual clock", () => {
  it("runs alarms by their time, then in the order in which they were set", () => {
    fc.assert(
      fc.property(steps, (script) => {
        assert.deepEqual(run(script), searched(script));
      }),
      { numRuns: 300 },
    );
  });
});
