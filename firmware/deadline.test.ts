import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../hw-test/model/virtual-clock.ts";
import { Deadline } from "./deadline.ts";

test("only the last start counts", () => {
  const clock = new VirtualClock();
  const deadline = new Deadline(clock);
  const expired: string[] = [];
  deadline.start(100, () => expired.push("first"));
  deadline.start(200, () => expired.push("second"));
  clock.advance(199);
  assert.deepEqual(expired, []);
  assert.equal(deadline.isRunning(), true);
  clock.advance(1);
  assert.deepEqual(expired, ["second"]);
  assert.equal(deadline.isRunning(), false);
});

test("does not expire once it is cancelled, and may be started from its own expiry", () => {
  const clock = new VirtualClock();
  const deadline = new Deadline(clock);
  let count = 0;
  deadline.start(10, () => deadline.start(10, () => (count += 1)));
  clock.advance(20);
  assert.equal(count, 1);
  deadline.start(10, () => (count += 1));
  deadline.cancel();
  clock.advance(100);
  assert.equal(count, 1);
  assert.equal(clock.pendingCount, 0);
});
