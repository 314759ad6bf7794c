import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bench } from "../bench/bench.ts";
import { Final } from "../bench/final.ts";
import { type StepDefinition, step } from "../steps/definition.ts";
import type { World } from "../steps/world.ts";
import { toStepRunner } from "./step-runner.ts";

let trouble: string | undefined;
const cloud = { trouble: () => trouble };
const bench = { say: () => undefined, cloud } as unknown as Bench;
const timing = { soonMs: 400, stepMaxMs: 200 };

function run(definition: StepDefinition, keyword: "Then" | "Soon", more = timing): Promise<void> {
  const runner = toStepRunner(definition, { bench, timing: more });
  const args = { step: { keyword, title: definition.text, line: 1 }, context: {} as World };
  const log = { info: () => undefined };
  const feature = { variant: {} };
  return runner.run({ ...args, feature, log } as unknown as Parameters<typeof runner.run>[0]);
}

/** Fails until it is called for the `good`-th time. */
function passingAt(good: number, error = () => new Error("not yet")) {
  const calls = { count: 0 };
  const definition = step("a step", () => {
    calls.count++;
    if (calls.count < good) throw error();
  });
  return { calls, definition };
}

test("a step runs once", async () => {
  const { calls, definition } = passingAt(2);
  await assert.rejects(run(definition, "Then"), /^Error: not yet$/);
  assert.equal(calls.count, 1);
});

test("Soon tries until it passes", async () => {
  const { calls, definition } = passingAt(3);
  await run(definition, "Soon", { soonMs: 10_000, stepMaxMs: 10_000 });
  assert.equal(calls.count, 3);
});

test("Soon ends, and says what the last try said", async () => {
  const { calls, definition } = passingAt(Number.POSITIVE_INFINITY);
  const tried = run(definition, "Soon", { soonMs: 100, stepMaxMs: 10_000 });
  await assert.rejects(tried, /^Error: not within 0\.1 s: not yet$/);
  assert.ok(calls.count >= 2);
});

test("what can no longer come is not waited for", async () => {
  const { calls, definition } = passingAt(3, () => new Final("over"));
  await assert.rejects(run(definition, "Soon"), /^Error: over$/);
  assert.equal(calls.count, 1);
});

test("a step that never ends fails", async () => {
  const endless = step("a step", () => new Promise<void>(() => undefined));
  await assert.rejects(run(endless, "Then"), /did not end within 0\.2 s/);
});

test("a step that fails while something between is gone names that first", async () => {
  trouble = "the broker is gone";
  try {
    const { definition } = passingAt(2);
    await assert.rejects(run(definition, "Then"), /^Error: the broker is gone: not yet$/);
  } finally {
    trouble = undefined;
  }
});
