import assert from "node:assert/strict";
import { test } from "node:test";
import { createClock } from "./clock.ts";

const dayMs = 24 * 60 * 60_000;

test("put forward, it does what is due on the way, in order and at its time", () => {
  const clock = createClock();
  const startMs = clock.now();
  const rung: Array<readonly [string, number]> = [];
  const ring = (name: string) => () => {
    // A test cannot stop the machine's clock: seconds are compared.
    rung.push([name, Math.round((clock.now() - startMs) / 1000)]);
  };
  clock.schedule(90_000, ring("b"));
  clock.schedule(60_000, () => {
    ring("a")();
    clock.schedule(20_000, ring("chained"));
  });
  clock.schedule(70_000, ring("called off"))();
  clock.schedule(100_000, ring("later"));
  clock.advance(90_000);
  assert.deepEqual(rung, [
    ["a", 60],
    ["chained", 80],
    ["b", 90],
  ]);
  clock.advance(30_000);
  assert.deepEqual(rung.at(-1), ["later", 100]);
});

test("what is years away does not happen at once", async () => {
  const clock = createClock();
  let count = 0;
  const callOff = clock.schedule(700 * dayMs, () => {
    count += 1;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  clock.advance(699 * dayMs);
  assert.equal(count, 0);
  clock.advance(dayMs);
  assert.equal(count, 1);
  callOff();
});
