import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { config } from "../config.ts";
import { Handshake } from "./handshake.ts";

const inputs: Record<string, (handshake: Handshake) => void> = {
  "CONNACK, accepted": (handshake) => handshake.takeConnack(0),
  "CONNACK, refused": (handshake) => handshake.takeConnack(5),
  "SUBACK, granted": (handshake) => handshake.takeSuback(7, [1, 0]),
  "SUBACK, refused": (handshake) => handshake.takeSuback(7, [1, 0x80]),
  "SUBACK, too short": (handshake) => handshake.takeSuback(7, [1]),
  "SUBACK to something else": (handshake) => handshake.takeSuback(8, [1, 1]),
};

/** A handshake, and what it asked its owner for. */
class Rig {
  readonly clock = new VirtualClock();
  readonly seen: string[] = [];
  readonly handshake: Handshake;

  constructor(subscriptions: readonly string[] = ["a", "b"]) {
    this.handshake = new Handshake({
      clock: this.clock,
      answerMs: config.answerTimeoutMs,
      clientId: "tracker-1",
      subscriptions,
      send: (packet) => this.seen.push(packet.cmd),
      takeId: () => 7,
      onAccepted: () => this.seen.push("accepted"),
      onDone: () => this.seen.push("done"),
      onFailed: (reason) => this.seen.push(`failed: ${reason}`),
    });
  }

  to(step: "connecting" | "subscribing" | "done"): this {
    this.handshake.start();
    if (step !== "connecting") this.handshake.takeConnack(0);
    if (step === "done") this.handshake.takeSuback(7, [1, 1]);
    assert.equal(this.handshake.step, step);
    this.seen.length = 0;
    return this;
  }
}

describe("a handshake", () => {
  const second = "failed: a second CONNACK";
  const refused = "failed: the broker refused to subscribe b";
  for (const [step, input, seen, next] of [
    ["connecting", "CONNACK, accepted", ["accepted", "subscribe"], "subscribing"],
    ["connecting", "CONNACK, refused", ["failed: refused: not authorized (5)"], "connecting"],
    ["connecting", "SUBACK, granted", [], "connecting"],
    ["subscribing", "CONNACK, accepted", [second], "subscribing"],
    ["subscribing", "CONNACK, refused", [second], "subscribing"],
    ["subscribing", "SUBACK, granted", ["done"], "done"],
    ["subscribing", "SUBACK, refused", [refused], "subscribing"],
    ["subscribing", "SUBACK, too short", [refused], "subscribing"],
    ["subscribing", "SUBACK to something else", [], "subscribing"],
    ["done", "CONNACK, accepted", [second], "done"],
    ["done", "SUBACK, granted", [], "done"],
    ["done", "SUBACK, refused", [], "done"],
  ] as const) {
    it(`${step}: ${input}`, () => {
      const rig = new Rig().to(step);
      inputs[input]?.(rig.handshake);
      assert.deepEqual(rig.seen, seen);
      assert.equal(rig.handshake.step, next);
    });
  }

  it("is done without topics when CONNECT is accepted", () => {
    const rig = new Rig([]);
    rig.handshake.start();
    rig.handshake.takeConnack(0);
    assert.deepEqual(rig.seen, ["connect", "accepted", "done"]);
    assert.equal(rig.clock.pendingCount, 0);
  });

  for (const [step, seen] of [
    ["connecting", ["failed: no answer to CONNECT"]],
    ["subscribing", ["failed: no answer to SUBSCRIBE"]],
    ["done", []],
  ] as const) {
    it(`${step}: silence, and none after stop`, () => {
      const rig = new Rig().to(step);
      rig.clock.advance(config.answerTimeoutMs);
      assert.deepEqual(rig.seen, seen);
      const stopped = new Rig().to(step);
      stopped.handshake.stop();
      stopped.clock.advance(config.answerTimeoutMs);
      assert.deepEqual(stopped.seen, []);
      assert.equal(stopped.handshake.step, "none");
    });
  }
});
