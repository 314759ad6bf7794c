import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { allSteps } from "./all-steps.ts";
import { matchStep, type StepDefinition, step } from "./definition.ts";
import { difference } from "./difference.ts";

test("README.md lists every step, and no other", () => {
  const path = fileURLToPath(new URL("README.md", import.meta.url));
  const rows = readFileSync(path, "utf8")
    .split("\n")
    .map((line) => /^\| (.+?) \|/.exec(line)?.[1])
    .filter((text) => text !== undefined && text !== "step");
  assert.deepEqual(rows.toSorted(), allSteps.map(({ text }) => text).toSorted());
});

test("no sentence is two steps", () => {
  for (const { text } of allSteps) {
    const title = text.replaceAll("{number}", "-1.5").replaceAll(/\{\w+\}/g, "word");
    const fitting = allSteps.filter((other) => matchStep(other, title) !== undefined);
    assert.deepEqual(
      fitting.map((other) => other.text),
      [text],
    );
  }
});

const connect: StepDefinition = step("I connect the `{tracker}` tracker to `{where}`", () => {});

test("a step's words are taken from between the backquotes", () => {
  const words = matchStep(connect, "I connect the `fota` tracker to `a b (c)`");
  assert.deepEqual(words, { tracker: "fota", where: "a b (c)" });
});

test("line breaks count as spaces, and a colon at the end as nothing", () => {
  const words = matchStep(connect, "I connect  the `fota` tracker\nto `there`:");
  assert.deepEqual(words, { tracker: "fota", where: "there" });
});

test("a tracker may have no name", () => {
  const words = matchStep(connect, "I connect the tracker to `there`");
  assert.deepEqual(words, { tracker: "default", where: "there" });
});

test("other sentences are not taken for it", () => {
  for (const title of [
    "I connect the fota tracker to `there`",
    "I connect the `fota` tracker to `there` now",
    "Then I connect the `fota` tracker to `there`",
    "I connect the `fo`ta` tracker to `there`",
  ]) {
    assert.equal(matchStep(connect, title), undefined, title);
  }
});

const differences: ReadonlyArray<
  readonly [unknown, unknown, "allowed" | "refused", string | undefined]
> = [
  [{ a: 1 }, { a: 1, b: 2 }, "allowed", undefined],
  [{ a: 1 }, { a: 1, b: 2 }, "refused", "b: expected nothing, found 2"],
  [{ a: { b: [1] } }, { a: { b: [2] } }, "allowed", "a.b[0]: expected 1, found 2"],
  [{ a: { b: 1 } }, { a: { b: 1, c: 1 } }, "allowed", undefined],
  [{ a: { b: 1 } }, { a: { b: 1, c: 1 } }, "refused", "a.c: expected nothing, found 1"],
  [[1], [1, 2], "allowed", "expected 1 elements, found 2"],
  [[{ a: 1 }], [{ a: 1, b: 2 }], "allowed", undefined],
  [{}, [], "allowed", "expected an object, found []"],
  [[], {}, "allowed", "expected a list, found {}"],
  [{ a: 1 }, undefined, "allowed", "expected an object, found nothing"],
  [1, "1", "allowed", 'expected 1, found "1"'],
  [{ a: null }, {}, "allowed", "a: expected null, found nothing"],
  [2, 2, "refused", undefined],
];

for (const [wanted, found, extra, problem] of differences) {
  test(`${JSON.stringify(wanted)} against ${JSON.stringify(found)}, more is ${extra}`, () => {
    assert.equal(difference(wanted, found, { extra }), problem);
  });
}
