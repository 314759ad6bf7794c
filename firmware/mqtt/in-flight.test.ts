import assert from "node:assert/strict";
import { test } from "node:test";
import { config } from "../config.ts";
import { InFlight } from "./in-flight.ts";

test("keeps publishes in order until each is acknowledged", () => {
  const inFlight = new InFlight();
  for (let count = 0; count < config.mqttInFlightMax; count += 1) inFlight.add(`t/${count}`, "x");
  assert.equal(inFlight.isFull(), true);
  assert.equal(inFlight.isAwaited(), false);
  const first = inFlight.firstUnsent();
  assert(first !== undefined);
  first.sent = true;
  assert.equal(inFlight.isAwaited(), true);
  assert.equal(inFlight.firstUnsent()?.topic, "t/1");
  inFlight.acknowledge(9999);
  assert.equal(inFlight.isFull(), true);
  inFlight.acknowledge(first.messageId);
  assert.equal(inFlight.isFull(), false);
  assert.equal(inFlight.isAwaited(), false);
});

test("only what was sent is repeated on the next connection", () => {
  const inFlight = new InFlight();
  inFlight.add("a", "x");
  inFlight.add("b", "x");
  const first = inFlight.firstUnsent();
  assert(first !== undefined);
  first.sent = true;
  inFlight.markUnsent();
  inFlight.markUnsent();
  assert.deepEqual([first.sent, first.repeated], [false, true]);
  first.sent = true;
  assert.equal(inFlight.firstUnsent()?.repeated, false);
});

test("identifiers are 1 to 65535, and never one that is under way", () => {
  const inFlight = new InFlight();
  inFlight.add("a", "x");
  const kept = inFlight.firstUnsent()?.messageId;
  assert.equal(kept, 1);
  const seen = new Set<number>();
  for (let count = 0; count < 65_534; count += 1) seen.add(inFlight.takeId());
  assert.equal(seen.size, 65_534);
  assert.equal(seen.has(1), false);
  assert.equal(Math.max(...[...seen].slice(-2)), 65_535);
  assert.equal(inFlight.takeId(), 2);
});
