import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { nextPhase, type Phase, type PhaseEvent, transitions } from "./phases.ts";

const phases = [...new Set(transitions.flatMap(([from, , to]) => [from, to]))];
const events = [...new Set(transitions.map(([, event]) => event))];

describe("phases", () => {
  it("have one row at most for each phase and event, and assert on any other", () => {
    for (const phase of phases) {
      for (const event of events) {
        const rows = transitions.filter(([from, on]) => from === phase && on === event);
        assert.ok(rows.length <= 1, `${phase} on ${event}`);
        const [row] = rows;
        if (row === undefined) assert.throws(() => nextPhase(phase, event), /no transition/);
        else assert.equal(nextPhase(phase, event), row[2]);
      }
    }
  });

  it("are all reached from starting, and lead to idle or a reset", () => {
    assert.deepEqual(reachable("starting").sort(), [...phases].sort());
    for (const phase of phases) {
      if (phase === "resetting") continue;
      const ends = reachable(phase);
      assert.ok(ends.includes("idle") || ends.includes("resetting"), phase);
    }
  });

  it("let no job begin while the running image is unconfirmed", () => {
    const direct = transitions.filter(([from]) => from === "testing").map(([, event]) => event);
    const allowed: PhaseEvent[] = ["confirmed", "selfTestFailed"];
    assert.deepEqual(direct.sort(), allowed.sort());
  });

  it("stand in docs/architecture.md as they are here", () => {
    const text = readFileSync(new URL("../../docs/architecture.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| `(\w+)` \| `(\w+)` \| `(\w+)` \|/gm)];
    assert.deepEqual(
      rows.map(([, from, on, to]) => [from, on, to]),
      transitions.map((row) => [...row]),
    );
  });
});

function reachable(start: Phase): Phase[] {
  const found = new Set<Phase>([start]);
  for (const phase of found) {
    for (const [from, , to] of transitions) if (from === phase) found.add(to);
  }
  return [...found];
}
