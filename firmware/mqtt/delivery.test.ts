import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { config } from "../config.ts";
import { Delivery } from "./delivery.ts";

/** A delivery over an output queue with room for `room` packets. */
class Rig {
  readonly clock = new VirtualClock();
  /** Payloads as sent, with a star where DUP is set. */
  readonly sent: string[] = [];
  unanswered = 0;
  room = 99;
  readonly delivery: Delivery;

  constructor() {
    this.delivery = new Delivery({
      clock: this.clock,
      answerMs: config.answerTimeoutMs,
      send: (packet) => {
        assert(packet.cmd === "publish" && packet.qos === 1);
        if (this.room === 0) return false;
        this.room -= 1;
        this.sent.push(`${packet.payload}${packet.dup ? "*" : ""}`);
        return true;
      },
      onUnanswered: () => {
        this.unanswered += 1;
      },
    });
  }
}

describe("a delivery", () => {
  it("keeps what it takes until the broker is there, and takes only so much", () => {
    const { delivery, sent, clock } = new Rig();
    for (let count = 0; count < config.mqttInFlightMax; count += 1) {
      assert.equal(delivery.take("t", `${count}`), true);
    }
    assert.equal(delivery.take("t", "more"), false);
    assert.deepEqual(sent, []);
    assert.equal(clock.pendingCount, 0);
    delivery.start();
    assert.deepEqual(sent, ["0", "1", "2", "3"]);
  });

  it("goes on in order when there is room again", () => {
    const rig = new Rig();
    rig.room = 1;
    rig.delivery.start();
    rig.delivery.take("t", "one");
    rig.delivery.take("t", "two");
    rig.delivery.take("t", "three");
    assert.deepEqual(rig.sent, ["one"]);
    rig.room = 99;
    rig.delivery.sendWaiting();
    assert.deepEqual(rig.sent, ["one", "two", "three"]);
  });

  it("repeats on the next connection what was not acknowledged", () => {
    const { delivery, sent } = new Rig();
    delivery.start();
    delivery.take("t", "one");
    delivery.take("t", "two");
    delivery.acknowledge(1);
    delivery.stop();
    delivery.take("t", "three");
    delivery.start();
    assert.deepEqual(sent, ["one", "two", "two*", "three"]);
  });

  it("tells of an acknowledgement that does not come, counted from the last that did", () => {
    const rig = new Rig();
    rig.delivery.start();
    rig.delivery.take("t", "one");
    rig.delivery.take("t", "two");
    rig.clock.advance(config.answerTimeoutMs - 1);
    rig.delivery.acknowledge(1);
    rig.clock.advance(config.answerTimeoutMs - 1);
    assert.equal(rig.unanswered, 0);
    rig.clock.advance(1);
    assert.equal(rig.unanswered, 1);
  });

  it("waits for nothing when all is acknowledged, or after stop", () => {
    const { delivery, clock } = new Rig();
    delivery.start();
    delivery.take("t", "one");
    delivery.acknowledge(1);
    assert.equal(clock.pendingCount, 0);
    delivery.take("t", "two");
    delivery.stop();
    assert.equal(clock.pendingCount, 0);
  });
});
