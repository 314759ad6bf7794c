import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBoard } from "../board/program.ts";
import { test } from "../board/testing/needs-engine.ts";
import { Random } from "../desk/random.ts";
import { Slots, StateFile, StateSource } from "./testing/boot-states.ts";

const SEED = 20260911;
const COUNT = 20_000;

/** What the board's bootloader makes of each state, in one process. */
function boardLines(program: string, states: Uint8Array): string[] {
  const folder = mkdtempSync(join(tmpdir(), "boot-states-"));
  try {
    writeFileSync(join(folder, "states"), states);
    const words = ["boots", join(folder, "flash"), join(folder, "states")];
    const printed = execFileSync(program, words, { maxBuffer: 256 * COUNT, stdio: "pipe" });
    return printed.toString("latin1").trimEnd().split("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the board's bootloader and the desk's do the same in every state", async () => {
  const source = new StateSource(new Random(SEED));
  const slots = new Slots();
  const file = new StateFile();
  const deskLines: string[] = [];
  for (let index = 0; index < COUNT; index++) {
    const state = source.next();
    file.add(state);
    slots.put(state);
    deskLines.push(slots.boot());
  }
  const found = boardLines(await buildBoard(), file.bytes());
  assert.equal(found.length, COUNT);
  for (let index = 0; index < COUNT; index++) {
    assert.equal(found[index], deskLines[index], `state ${index} of seed ${SEED}`);
  }
  // Each end is among them, dead and alive.
  const ends = new Map<string, number>();
  for (const line of deskLines) {
    const [did, version] = line.split(" ");
    const end = `${did} ${version === "-" ? "dead" : "alive"}`;
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  for (const did of ["none", "test", "permanent", "revert", "resumed", "refused"]) {
    assert.ok((ends.get(`${did} alive`) ?? 0) > 50, `${did} alive in ${[...ends].join("; ")}`);
  }
  assert.ok((ends.get("halted dead") ?? 0) > 50);
});
