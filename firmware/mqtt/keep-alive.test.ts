import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { KeepAlive } from "./keep-alive.ts";

function setUp() {
  const clock = new VirtualClock();
  const log: string[] = [];
  const keepAlive = new KeepAlive({
    clock,
    intervalMs: 1000,
    answerMs: 100,
    onPing: () => log.push(`ping ${clock.nowMs()}`),
    onDead: () => log.push(`dead ${clock.nowMs()}`),
  });
  keepAlive.start();
  return { clock, log, keepAlive };
}

test("pings when nothing went either way for the interval", () => {
  const { clock, log, keepAlive } = setUp();
  clock.advance(999);
  assert.deepEqual(log, []);
  clock.advance(1);
  assert.deepEqual(log, ["ping 1000"]);
  keepAlive.sent();
  clock.advance(50);
  keepAlive.received();
  keepAlive.answered();
  clock.advance(949);
  assert.deepEqual(log, ["ping 1000"]);
  clock.advance(1);
  assert.deepEqual(log, ["ping 1000", "ping 2000"]);
});

test("traffic both ways puts the ping off", () => {
  const { clock, log, keepAlive } = setUp();
  for (let count = 0; count < 5; count += 1) {
    clock.advance(900);
    keepAlive.sent();
    keepAlive.received();
  }
  assert.deepEqual(log, []);
});

test("a client that only sends still pings, and one that only receives", () => {
  for (const direction of ["sent", "received"] as const) {
    const { clock, log, keepAlive } = setUp();
    clock.advance(900);
    keepAlive[direction]();
    clock.advance(100);
    assert.deepEqual(log, ["ping 1000"]);
  }
});

test("says that the link is dead when the ping is not answered", () => {
  const { clock, log } = setUp();
  clock.advance(1099);
  assert.deepEqual(log, ["ping 1000"]);
  clock.advance(1);
  assert.deepEqual(log, ["ping 1000", "dead 1100"]);
  assert.equal(clock.pendingCount, 0);
});

test("bytes of a long packet put the answer's deadline off", () => {
  const { clock, log, keepAlive } = setUp();
  clock.advance(1000);
  for (let count = 0; count < 20; count += 1) {
    clock.advance(90);
    keepAlive.received();
  }
  assert.deepEqual(log, ["ping 1000"]);
  clock.advance(100);
  assert.deepEqual(log, ["ping 1000", "dead 2900"]);
});

test("does nothing after stop", () => {
  const { clock, log, keepAlive } = setUp();
  keepAlive.stop();
  clock.advance(10_000);
  assert.deepEqual(log, []);
});

test("a doubt has the ping sent at once, and only one", () => {
  const { clock, log, keepAlive } = setUp();
  clock.advance(300);
  keepAlive.probe();
  keepAlive.sent();
  keepAlive.probe();
  assert.deepEqual(log, ["ping 300"]);
  clock.advance(50);
  keepAlive.received();
  keepAlive.answered();
  clock.advance(900);
  assert.deepEqual(log, ["ping 300"]);
  keepAlive.probe();
  clock.advance(100);
  assert.deepEqual(log, ["ping 300", "ping 1250", "dead 1350"]);
});

test("a doubt about a connection that is over means nothing", () => {
  const { clock, log, keepAlive } = setUp();
  keepAlive.stop();
  keepAlive.probe();
  clock.advance(5000);
  assert.deepEqual(log, []);
});
