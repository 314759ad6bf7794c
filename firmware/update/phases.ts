import { assert } from "../assert.ts";

/**
 * What the client is doing.
 * - `starting`: boot state and journal are being read;
 * - `idle`: no job is known;
 * - `held`: a job is started (IN_PROGRESS), its document is good, a gate is shut;
 * - `downloading`: HEX arrives and lands in the secondary slot;
 * - `verifying`: the slot is read back and checked;
 * - `armed`: the slot is good; a gate holds the reset;
 * - `swapping`: a test swap is asked for;
 * - `testing`: this image runs unconfirmed, its self-test goes on;
 * - `reporting`: a terminal state waits in the outbox until the cloud has it;
 * - `resetting`: a reset is on its way, nothing else may happen.
 */
export type Phase =
  | "starting"
  | "idle"
  | "held"
  | "downloading"
  | "verifying"
  | "armed"
  | "swapping"
  | "testing"
  | "reporting"
  | "resetting";

export type PhaseEvent =
  | "nothingPending"
  | "unconfirmedImage"
  | "terminalState"
  | "jobStarted"
  | "gatesOpen"
  | "downloaded"
  | "doubted"
  | "verified"
  | "swapRequested"
  | "confirmed"
  | "jobGone"
  | "reported"
  | "selfTestFailed"
  | "rollback";

type Transition = readonly [from: Phase, on: PhaseEvent, to: Phase];

/** The whole of the client's behaviour over time; docs/architecture.md shows the same table. */
export const transitions: readonly Transition[] = frozen([
  ["starting", "nothingPending", "idle"],
  ["starting", "unconfirmedImage", "testing"],
  ["starting", "terminalState", "reporting"],
  ["starting", "rollback", "swapping"],

  ["idle", "jobStarted", "held"],
  ["idle", "terminalState", "reporting"],
  ["idle", "rollback", "swapping"],
  ["held", "gatesOpen", "downloading"],
  ["downloading", "downloaded", "verifying"],
  ["verifying", "doubted", "downloading"],
  ["verifying", "verified", "armed"],
  ["armed", "gatesOpen", "swapping"],
  ["swapping", "swapRequested", "resetting"],

  ["held", "terminalState", "reporting"],
  ["downloading", "terminalState", "reporting"],
  ["verifying", "terminalState", "reporting"],
  ["armed", "terminalState", "reporting"],
  ["swapping", "terminalState", "reporting"],
  ["held", "jobGone", "idle"],
  ["downloading", "jobGone", "idle"],
  ["verifying", "jobGone", "idle"],
  ["armed", "jobGone", "idle"],

  ["testing", "confirmed", "idle"],
  ["testing", "selfTestFailed", "resetting"],

  ["reporting", "reported", "idle"],
]);

/** Rows too, so that the table can be preloaded into ROM. */
function frozen(rows: Transition[]): readonly Transition[] {
  for (const row of rows) Object.freeze(row);
  return Object.freeze(rows);
}

/** The phase that `event` leads to; asserts that the table knows it. */
export function nextPhase(phase: Phase, event: PhaseEvent): Phase {
  for (const row of transitions) {
    if (row[0] === phase && row[1] === event) return row[2];
  }
  assert(false, `no transition from ${phase} on ${event}`);
}
