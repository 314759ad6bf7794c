import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { config } from "../config.ts";
import { Reconnect } from "./reconnect.ts";

const firstMs = config.backoffMinMs * 0.75;

function setUp(spreadMs = 0): {
  clock: VirtualClock;
  reconnect: Reconnect;
  attempts: () => number;
} {
  const clock = new VirtualClock();
  let attempts = 0;
  const connect = (): void => {
    attempts += 1;
  };
  const reconnect = new Reconnect({ clock, random: () => 0.5, spreadMs: () => spreadMs, connect });
  return { clock, reconnect, attempts: () => attempts };
}

describe("reconnecting", () => {
  it("waits longer from loss to loss, then connects once", () => {
    const { clock, reconnect, attempts } = setUp();
    assert.equal(reconnect.lost(), firstMs);
    clock.advance(firstMs - 1);
    assert.equal(attempts(), 0);
    clock.advance(1);
    assert.equal(attempts(), 1);
    assert.equal(clock.pendingCount, 0);
    assert.equal(reconnect.lost(), 2 * firstMs);
  });

  it("begins small after a connection that lasted, and not after one that did not", () => {
    const { clock, reconnect } = setUp();
    reconnect.lost();
    reconnect.connected();
    clock.advance(config.answerTimeoutMs - 1);
    assert.equal(reconnect.lost(), 2 * firstMs);
    reconnect.connected();
    clock.advance(config.answerTimeoutMs);
    assert.equal(reconnect.lost(), firstMs);
    clock.advance(config.answerTimeoutMs);
    assert.equal(reconnect.lost(), 2 * firstMs, "a failed attempt is no connection");
  });

  it("draws a wait when a connection is lost: all clients of a broker lose theirs at once", () => {
    const { clock, reconnect } = setUp(60_000);
    assert.equal(reconnect.lost(), firstMs, "there was none");
    reconnect.connected();
    assert.equal(reconnect.lost(), 2 * firstMs + 30_000, "however short it was");
    reconnect.connected();
    clock.advance(config.answerTimeoutMs);
    assert.equal(reconnect.lost(), firstMs + 30_000);
  });

  it("draws again from what is left where the broker is not up yet, and then no more", () => {
    const { clock, reconnect } = setUp(60_000);
    reconnect.connected();
    clock.advance(config.answerTimeoutMs);
    assert.equal(reconnect.lost(), firstMs + 30_000);
    clock.advance(20_000);
    assert.equal(reconnect.lost(), 2 * firstMs + 20_000);
    clock.advance(40_000);
    assert.equal(reconnect.lost(), 4 * firstMs);
    clock.advance(1_000);
    assert.equal(reconnect.lost(), 8 * firstMs);
  });

  it("connects no more after stop, and takes the time until then for no connection", () => {
    const { clock, reconnect, attempts } = setUp();
    reconnect.lost();
    reconnect.stop();
    assert.equal(clock.pendingCount, 0);
    reconnect.connected();
    reconnect.stop();
    clock.advance(config.answerTimeoutMs);
    assert.equal(attempts(), 0);
    assert.equal(reconnect.lost(), 2 * firstMs);
  });
});
