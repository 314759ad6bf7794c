import assert from "node:assert/strict";
import { test } from "node:test";
import { chapters } from "./allCases.ts";
import { assumed, type ConformanceCase, documented, type Source } from "./case.ts";
import { reportOf, summaryText } from "./report.ts";
import { type CaseResult, runCase, select } from "./run.ts";
import type { Target } from "./target.ts";

/** Enough of a target for cases that use nothing of it but a thing. */
function fakeTarget(more: { roleArn?: string; deleteFails?: boolean; caseMaxMs?: number } = {}) {
  const deleted: string[] = [];
  const target = {
    prefix: "p",
    roleArn: more.roleArn,
    pace: {
      patienceMs: 0,
      pollMs: 1,
      quietMs: 0,
      timerLagMs: 0,
      caseMaxMs: more.caseMaxMs ?? 60_000,
    },
    createThing: async (thingName: string) => ({
      thingName,
      delete: async () => {
        if (more.deleteFails) throw new Error("busy");
        deleted.push(thingName);
      },
    }),
  } as unknown as Target;
  return { target, deleted };
}

function selectionOf(run: ConformanceCase["run"], more: Partial<ConformanceCase> = {}) {
  const one = { name: "a case", source: documented("somewhere"), run, ...more };
  return { chapter: "chapter", index: 3, one };
}

test("a case passes, and what it made is deleted", async () => {
  const { target, deleted } = fakeTarget();
  const result = await runCase(
    target,
    selectionOf(async (bench) => {
      await bench.newThing();
      await bench.newThing();
    }),
  );
  assert.equal(result.status, "passed");
  assert.deepEqual(result.left, []);
  assert.deepEqual(deleted, ["p-c3-2", "p-c3-1"]);
});

test("a case that throws has failed, with the reason, and what it made is deleted", async () => {
  const { target, deleted } = fakeTarget();
  const result = await runCase(
    target,
    selectionOf(async (bench) => {
      await bench.newThing();
      assert.equal(1, 2, "one is not two");
    }),
  );
  assert.equal(result.status, "failed");
  assert.match(result.reason ?? "", /one is not two/);
  assert.deepEqual(deleted, ["p-c3-1"]);
});

test("a case that never ends has failed, and what it made is deleted", async () => {
  const { target, deleted } = fakeTarget({ caseMaxMs: 1 });
  const selection = selectionOf(async (bench) => {
    await bench.newThing();
    await new Promise(() => undefined);
  });
  const { status, reason } = await runCase(target, selection);
  assert.equal(status, "failed");
  assert.match(reason ?? "", /not done in 0\.001 s/);
  assert.deepEqual(deleted, ["p-c3-1"]);
});

test("what a case leaves behind is told", async () => {
  const { target } = fakeTarget({ deleteFails: true });
  const selection = selectionOf(async (bench) => void (await bench.newThing()));
  const { status, left } = await runCase(target, selection);
  assert.equal(status, "passed");
  assert.deepEqual(left, ["thing p-c3-1: Error: busy"]);
});

test("a case that needs a role is skipped without one, and run with one", async () => {
  const selection = selectionOf(async () => undefined, { needs: "role" });
  assert.equal((await runCase(fakeTarget().target, selection)).status, "skipped");
  const { target } = fakeTarget({ roleArn: "r" });
  assert.equal((await runCase(target, selection)).status, "passed");
});

test("a pattern selects by chapter and by name, and numbers do not depend on it", () => {
  const all = select();
  assert.equal(all.length, chapters.flatMap(({ cases }) => cases).length);
  const names = all.map(({ chapter, one }) => `${chapter}: ${one.name}`);
  assert.equal(new Set(names).size, names.length);
  const timers = select("TIMERS:");
  assert.ok(timers.length > 0 && timers.every(({ chapter }) => chapter === "timers"));
  assert.deepEqual(
    timers[0],
    all.find(({ chapter }) => chapter === "timers"),
  );
  assert.deepEqual(select("no such case"), []);
});

function resultOf(status: CaseResult["status"], source: Source, left: string[] = []): CaseResult {
  return { chapter: "c", name: `${status} ${source.kind}`, source, status, seconds: 0, left };
}

test("the report keeps assumptions apart, and is not ok for anything amiss", () => {
  const good = [resultOf("passed", documented("d")), resultOf("passed", assumed("a"))];
  const report = reportOf("aws", { cases: good, missing: 0, left: [] });
  assert.equal(report.ok, true);
  assert.deepEqual(report.relied, { passed: 1, failed: 0, skipped: 0 });
  assert.deepEqual(report.assumed, { passed: 1, failed: 0, skipped: 0 });
  assert.match(summaryText(report), /not verified against the live service: 1 passed/);
  const skipped = [...good, resultOf("skipped", documented("d"))];
  const partial = reportOf("aws", { cases: skipped, missing: 0, left: [] });
  assert.deepEqual(partial.relied, { passed: 1, failed: 0, skipped: 1 });
  for (const amiss of [
    { cases: [...good, resultOf("failed", documented("d"))] },
    { cases: [...good, resultOf("failed", assumed("a"))] },
    { cases: [resultOf("passed", documented("d"), ["thing t: busy"])] },
    { missing: 1 },
    { left: ["policy p: busy"] },
  ]) {
    const run = { cases: good, missing: 0, left: [], ...amiss };
    assert.equal(reportOf("aws", run).ok, false, JSON.stringify(amiss));
  }
});
