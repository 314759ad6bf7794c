import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import mqttPacket, { type Packet } from "mqtt-packet";
import { ScriptedNetwork } from "../../hw-test/model/scripted-network.ts";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { wholeMessages } from "../../hw-test/model/whole-message.ts";
import { config } from "../config.ts";
import { MqttClient } from "./client.ts";

const target = { host: "broker.test", port: 8883, security: "broker" } as const;
const subscriptions = ["a/+", "b"];

/** A client, and the test as its broker. */
class Rig {
  readonly clock = new VirtualClock();
  readonly network = new ScriptedNetwork();
  readonly log: string[] = [];
  readonly seen: string[] = [];
  /** What the user does in a callback; by the callback's name. */
  readonly reactions: Record<string, () => void> = {};
  readonly client: MqttClient;

  constructor(topics: readonly string[] = subscriptions) {
    this.client = new MqttClient({
      network: this.network,
      clock: this.clock,
      random: () => 0.5,
      log: (line) => this.log.push(line),
      target,
      clientId: "tracker-1",
      subscriptions: topics,
      events: {
        onConnected: () => this.see("connected"),
        ...wholeMessages((topic, payload) => this.see("message", `${topic}=${payload}`)),
        onDisconnected: (reason) => this.see("disconnected", reason),
      },
    });
  }

  private see(name: string, detail = ""): void {
    this.seen.push(`${name} ${detail}`.trim());
    this.reactions[name]?.();
  }

  /** The packets that the client has sent since the last call. */
  sent(): Packet[] {
    const packets: Packet[] = [];
    const parser = mqttPacket.parser();
    parser.on("packet", (packet) => packets.push(packet));
    parser.on("error", (error) => assert.fail(String(error)));
    assert.equal(parser.parse(Buffer.from(this.network.socket.takeWritten())), 0);
    return packets;
  }

  deliver(packet: object): void {
    const whole = { dup: false, retain: false, ...packet } as Packet;
    this.network.socket.deliver(mqttPacket.generate(whole));
  }

  /** From `start` or a due reconnect to `onConnected`. */
  connect(sessionPresent = false): void {
    this.network.socket.grant(10_000);
    assert.equal(this.sent()[0]?.cmd, "connect");
    this.deliver({ cmd: "connack", sessionPresent, returnCode: 0 });
    const subscribe = this.sent()[0];
    assert(subscribe?.cmd === "subscribe");
    const granted = subscriptions.map(() => 1);
    this.deliver({ cmd: "suback", messageId: subscribe.messageId, granted });
  }
}

/** A PUBLISH of QoS 1 with identifier 1. */
function publishBytes(topic: string, payload: string): Buffer {
  const packet = { cmd: "publish", topic, payload, qos: 1, messageId: 1 } as const;
  return mqttPacket.generate({ ...packet, dup: false, retain: false });
}

function connected(): Rig {
  const rig = new Rig();
  rig.client.start();
  rig.connect();
  assert.deepEqual(rig.seen, ["connected"]);
  return rig;
}

test("connects with a persistent session and subscribes with QoS 1", () => {
  const rig = new Rig();
  rig.client.start();
  assert.deepEqual(rig.network.socket.target, target);
  assert.equal(rig.client.isConnected(), false);
  rig.network.socket.grant(10_000);
  const [connect] = rig.sent();
  assert(connect?.cmd === "connect");
  assert.equal(connect.clientId, "tracker-1");
  assert.equal(connect.clean, false);
  assert.equal(connect.keepalive, config.mqttKeepAliveS);
  assert.equal(connect.protocolVersion, 4);
  rig.deliver({ cmd: "connack", sessionPresent: true, returnCode: 0 });
  const [subscribe] = rig.sent();
  assert(subscribe?.cmd === "subscribe");
  assert.deepEqual(subscribe.subscriptions, [
    { topic: "a/+", qos: 1 },
    { topic: "b", qos: 1 },
  ]);
  assert.deepEqual(rig.seen, []);
  rig.deliver({ cmd: "suback", messageId: subscribe.messageId, granted: [1, 0] });
  assert.deepEqual(rig.seen, ["connected"]);
  assert.equal(rig.client.isConnected(), true);
});

test("acknowledges QoS 1 and passes messages on", () => {
  const rig = connected();
  rig.deliver({ cmd: "publish", topic: "b", payload: "zero", qos: 0 });
  assert.deepEqual(rig.sent(), []);
  rig.deliver({ cmd: "publish", topic: "a/x", payload: "one", qos: 1, messageId: 300 });
  const [puback] = rig.sent();
  assert(puback?.cmd === "puback");
  assert.equal(puback.messageId, 300);
  assert.deepEqual(rig.seen.slice(1), ["message b=zero", "message a/x=one"]);
});

test("publishes with QoS 1 until acknowledged, with DUP on the next connection", () => {
  const rig = connected();
  assert.equal(rig.client.publish("t", "1", 1), "taken");
  assert.equal(rig.client.publish("t", new Uint8Array([0x32]), 1), "taken");
  const [one, two] = rig.sent();
  assert(one?.cmd === "publish" && two?.cmd === "publish");
  assert.equal(one.dup, false);
  rig.deliver({ cmd: "puback", messageId: one.messageId });
  rig.network.socket.fail("reset by peer");
  assert.deepEqual(rig.seen.at(-1), "disconnected reset by peer");
  rig.client.publish("t", "3", 1);
  rig.clock.advance(rig.clock.nextDelayMs ?? 0);
  rig.connect(true);
  const [again, three, ...others] = rig.sent();
  assert(again?.cmd === "publish" && three?.cmd === "publish");
  assert.deepEqual(others, []);
  assert.deepEqual([again.messageId, again.dup, String(again.payload)], [two.messageId, true, "2"]);
  assert.deepEqual([three.dup, String(three.payload)], [false, "3"]);
  assert.notEqual(three.messageId, two.messageId);
});

test("refuses what it cannot take, and says why", () => {
  const rig = new Rig();
  assert.equal(rig.client.publish("t", "x", 0), "offline");
  rig.client.start();
  for (let count = 0; count < config.mqttInFlightMax; count += 1) {
    assert.equal(rig.client.publish("t", "x", 1), "taken");
  }
  assert.equal(rig.client.publish("t", "x", 1), "busy");
  assert.equal(rig.client.publish("t", "x".repeat(config.mqttOutputBytes), 1), "tooLong");
  rig.connect();
  const first = rig.sent()[0];
  rig.deliver({ cmd: "puback", messageId: first?.messageId });
  assert.equal(rig.client.publish("t", "x", 1), "taken");
});

test("writes no more than the socket grants, and nothing is lost or mixed", () => {
  const rig = new Rig();
  rig.client.start();
  const socket = rig.network.socket;
  const all: number[] = [];
  let granted = 0;
  // The scripted socket asserts that no write exceeds the grant.
  for (let turn = 0; turn < 40; turn += 1) {
    socket.grant(3);
    granted += 3;
    all.push(...socket.takeWritten());
  }
  assert(all.length <= granted);
  rig.deliver({ cmd: "connack", sessionPresent: false, returnCode: 0 });
  rig.client.publish("t", "y".repeat(500), 1);
  for (let turn = 0; turn < 40; turn += 1) {
    socket.grant(3);
    all.push(...socket.takeWritten());
  }
  rig.deliver({ cmd: "suback", messageId: 1, granted: [1, 1] });
  assert.deepEqual(rig.seen, ["connected"]);
  for (let turn = 0; turn < 300; turn += 1) {
    socket.grant(3);
    all.push(...socket.takeWritten());
  }
  const commands: string[] = [];
  const parser = mqttPacket.parser();
  parser.on("packet", (packet) => commands.push(packet.cmd));
  assert.equal(parser.parse(Buffer.from(all)), 0);
  assert.deepEqual(commands, ["connect", "subscribe", "publish"]);
});

test("publishes that the output queue has no room for follow when it drains", () => {
  const rig = connected();
  rig.network.socket.grant(0);
  const payload = "z".repeat(config.mqttOutputBytes / 2);
  assert.equal(rig.client.publish("t", payload, 1), "taken");
  assert.equal(rig.client.publish("t", payload, 1), "taken");
  assert.equal(rig.client.publish("t", payload, 0), "busy");
  rig.network.socket.grant(100_000);
  assert.equal(rig.sent().length, 2);
});

test("does not read from a broker that does not, and gives it up when it never will", () => {
  const rig = connected();
  const { socket } = rig.network;
  socket.grant(0);
  for (let id = 1; id <= 10_000; id += 1) {
    rig.deliver({ cmd: "publish", topic: "b", payload: "", qos: 1, messageId: id });
  }
  assert.equal(socket.isClosed, false);
  assert(socket.unreadBytes > 60_000, "it takes no more than it can acknowledge");
  rig.clock.advance(2 * config.mqttKeepAliveS * 1000);
  assert.equal(socket.isClosed, true);
  assert.equal(rig.seen.at(-1), "disconnected no answer to PINGREQ");
});

test("reads on when there is room for acknowledgements: none is left out", () => {
  const rig = connected();
  const { socket } = rig.network;
  socket.grant(0);
  for (let id = 1; id <= 3000; id += 1) {
    rig.deliver({ cmd: "publish", topic: "b", payload: "", qos: 1, messageId: id });
  }
  const written: number[] = [];
  for (let turn = 0; turn < 1000; turn += 1) {
    socket.grant(50);
    written.push(...socket.takeWritten());
  }
  const ids = Array.from({ length: 3000 }, (_, index) => index + 1);
  assert.deepEqual(
    written,
    ids.flatMap((id) => [0x40, 2, id >> 8, id & 0xff]),
  );
});

test("a message of 128 KB comes in pieces, and is acknowledged when it is whole", () => {
  const rig = connected();
  const payload = "0123456789abcdef".repeat(8192);
  const bytes = publishBytes("a/é", payload);
  rig.network.socket.deliver(bytes.subarray(0, -1));
  assert.deepEqual(rig.sent(), []);
  rig.network.socket.deliver(bytes.subarray(-1));
  assert.equal(rig.sent()[0]?.messageId, 1);
  assert.deepEqual(rig.seen.slice(1), [`message a/é=${payload}`]);
  rig.deliver({ cmd: "publish", topic: "b", payload: "next", qos: 0 });
  assert.equal(rig.seen.at(-1), "message b=next");
});

test("a message that breaks off is not acknowledged, and is read from its start again", () => {
  const rig = connected();
  const bytes = publishBytes("b", "whole");
  rig.network.socket.deliver(bytes.subarray(0, -2));
  assert.deepEqual(rig.sent(), []);
  rig.network.socket.fail("gone");
  rig.clock.advance(config.backoffMaxMs);
  rig.connect(true);
  rig.network.socket.deliver(bytes);
  assert.equal(rig.sent()[0]?.messageId, 1);
  assert.deepEqual(
    rig.seen.filter((line) => line.startsWith("message")),
    ["message b=whole"],
  );
});

const silences: [string, (rig: Rig) => void, number][] = [
  ["cannot connect in time", () => {}, config.connectTimeoutMs],
  ["no answer to CONNECT", (rig) => rig.network.socket.grant(9999), config.answerTimeoutMs],
  [
    "no answer to SUBSCRIBE",
    (rig) => {
      rig.network.socket.grant(9999);
      rig.deliver({ cmd: "connack", sessionPresent: false, returnCode: 0 });
    },
    config.answerTimeoutMs,
  ],
];

for (const [reason, prepare, timeoutMs] of silences) {
  test(`${reason}: closes and tries again`, () => {
    const rig = new Rig();
    rig.client.start();
    prepare(rig);
    const socket = rig.network.socket;
    rig.clock.advance(timeoutMs - 1);
    assert.equal(socket.isClosed, false);
    rig.clock.advance(1);
    assert.equal(socket.isClosed, true);
    assert.match(rig.log.at(-1) ?? "", new RegExp(reason));
    rig.clock.advance(rig.clock.nextDelayMs ?? 0);
    assert.equal(rig.network.sockets.length, 2);
    rig.connect();
    assert.deepEqual(rig.seen, ["connected"]);
  });
}

test("no answer to a QoS 1 PUBLISH: connects again and repeats it", () => {
  const rig = connected();
  rig.client.publish("t", "x", 1);
  rig.sent();
  rig.clock.advance(config.answerTimeoutMs);
  assert.equal(rig.seen.at(-1), "disconnected no answer to PUBLISH");
  rig.clock.advance(rig.clock.nextDelayMs ?? 0);
  rig.connect();
  const [again] = rig.sent();
  assert(again?.cmd === "publish" && again.dup);
});

test("the deadline of a lost connection is not the next one's", () => {
  const rig = connected();
  rig.client.publish("t", "x", 1);
  rig.clock.advance(config.answerTimeoutMs - config.backoffMinMs);
  rig.network.socket.fail("reset by peer");
  rig.clock.advance(rig.clock.nextDelayMs ?? 0);
  rig.connect();
  rig.clock.advance(config.backoffMinMs);
  assert.equal(rig.seen.at(-1), "connected");
});

test("pings after the keep-alive, and takes silence for a dead link", () => {
  const rig = connected();
  rig.clock.advance(config.mqttKeepAliveS * 1000);
  assert.deepEqual(
    rig.sent().map((packet) => packet.cmd),
    ["pingreq"],
  );
  rig.deliver({ cmd: "pingresp" });
  rig.clock.advance(config.mqttKeepAliveS * 1000);
  assert.deepEqual(
    rig.sent().map((packet) => packet.cmd),
    ["pingreq"],
  );
  rig.clock.advance(config.answerTimeoutMs);
  assert.equal(rig.seen.at(-1), "disconnected no answer to PINGREQ");
});

for (const [returnCode, words] of [
  [5, "not authorized"],
  [3, "server unavailable"],
  [99, "unknown code"],
] as const) {
  test(`connection refused with ${returnCode}: backs off`, () => {
    const rig = new Rig();
    rig.client.start();
    rig.network.socket.grant(9999);
    rig.deliver({ cmd: "connack", sessionPresent: false, returnCode });
    assert.equal(rig.network.socket.isClosed, true);
    assert.match(rig.log.at(-1) ?? "", new RegExp(words));
    assert.deepEqual(rig.seen, []);
    assert.equal(rig.clock.pendingCount, 1);
  });
}

test("a refused subscription is no connection", () => {
  const rig = new Rig();
  rig.client.start();
  rig.network.socket.grant(9999);
  rig.deliver({ cmd: "connack", sessionPresent: false, returnCode: 0 });
  const messageId = rig.sent()[1]?.messageId;
  rig.deliver({ cmd: "suback", messageId, granted: [1, 0x80] });
  assert.equal(rig.network.socket.isClosed, true);
  assert.match(rig.log.at(-1) ?? "", /refused to subscribe b/);
  assert.deepEqual(rig.seen, []);
});

test("waits grow to the bound while it fails, and start small after a lasting connection", () => {
  const rig = new Rig();
  rig.client.start();
  const waitsMs: number[] = [];
  for (let turn = 0; turn < 12; turn += 1) {
    rig.network.socket.fail("unreachable");
    waitsMs.push(rig.clock.nextDelayMs ?? 0);
    rig.clock.advance(rig.clock.nextDelayMs ?? 0);
  }
  assert.equal(waitsMs[0], config.backoffMinMs * 0.75);
  assert.equal(waitsMs[1], config.backoffMinMs * 1.5);
  assert.equal(waitsMs.at(-1), config.backoffMaxMs * 0.75);
  rig.connect();
  rig.network.socket.fail("at once");
  assert.equal(rig.clock.nextDelayMs, config.backoffMaxMs * 0.75);
  rig.clock.advance(rig.clock.nextDelayMs ?? 0);
  rig.connect();
  rig.clock.advance(config.answerTimeoutMs);
  rig.network.socket.fail("later");
  assert.equal(rig.clock.nextDelayMs, config.backoffMinMs * 0.75);
});

test("stop says goodbye, closes and leaves nothing behind", () => {
  const rig = connected();
  rig.client.stop();
  assert.deepEqual(
    rig.sent().map((packet) => packet.cmd),
    ["disconnect"],
  );
  assert.equal(rig.network.socket.isClosed, true);
  assert.equal(rig.clock.pendingCount, 0);
  rig.clock.advance(10 * config.backoffMaxMs);
  assert.equal(rig.network.sockets.length, 1);
  assert.deepEqual(rig.seen, ["connected"]);
  rig.client.start();
  rig.connect();
  assert.deepEqual(rig.seen, ["connected", "connected"]);
});

for (const name of ["connected", "message", "disconnected"]) {
  test(`the user may stop the client in its ${name} callback`, () => {
    const rig = new Rig();
    rig.reactions[name] = () => rig.client.stop();
    rig.client.start();
    rig.connect();
    if (name === "message") {
      const bytes = publishBytes("b", "x");
      // Two of them in one go: the second must not come after `stop`.
      rig.network.socket.deliver(Buffer.concat([bytes, bytes]));
    }
    if (name === "disconnected") rig.network.socket.fail("gone");
    const count = rig.seen.filter((line) => line.startsWith(name)).length;
    assert.equal(count, 1);
    assert.equal(rig.clock.pendingCount, 0);
    assert.equal(rig.network.socket.isClosed, true);
  });
}

test("no callback runs inside a call of the user's", () => {
  const rig = connected();
  const before = rig.seen.length;
  rig.client.publish("t", "x", 1);
  rig.client.publish("t", "x", 0);
  rig.client.stop();
  rig.client.start();
  assert.equal(rig.seen.length, before);
});

test("refuses a second start and too many topics: bugs of ours", () => {
  const rig = connected();
  assert.throws(() => rig.client.start(), /assertion/);
  const many = Array.from({ length: config.mqttSubscriptionMax + 1 }, (_, index) => `t/${index}`);
  assert.throws(() => new Rig(many), /assertion/);
});

const protocolErrors: [string, object][] = [
  ["a message before CONNACK", { cmd: "publish", topic: "b", payload: "x", qos: 0 }],
  ["SUBACK before CONNACK", { cmd: "suback", messageId: 1, granted: [1] }],
];

for (const [name, packet] of protocolErrors) {
  test(`${name} ends the connection`, () => {
    const rig = new Rig();
    rig.client.start();
    rig.network.socket.grant(9999);
    rig.deliver(packet);
    assert.equal(rig.network.socket.isClosed, true);
    assert.deepEqual(rig.seen, []);
  });
}

test("a second CONNACK ends the connection", () => {
  const rig = connected();
  rig.deliver({ cmd: "connack", sessionPresent: false, returnCode: 0 });
  assert.equal(rig.seen.at(-1), "disconnected a second CONNACK");
});

test("mutated streams never throw out of a callback, and the client comes back", () => {
  const session = Buffer.concat(
    [
      { cmd: "connack", sessionPresent: false, returnCode: 0 },
      { cmd: "suback", messageId: 1, granted: [1, 1] },
      { cmd: "publish", topic: "a/x", payload: "x".repeat(300), qos: 1, messageId: 9 },
      { cmd: "publish", topic: "b", payload: "y".repeat(9000), qos: 1, messageId: 10 },
      { cmd: "puback", messageId: 2 },
      { cmd: "pingresp" },
    ].map((packet) => mqttPacket.generate({ dup: false, retain: false, ...packet } as Packet)),
  );
  const change = fc.record({ at: fc.nat(session.length - 1), to: fc.nat(255) });
  const early = fc.record({ at: fc.nat(40), to: fc.nat(255) });
  const pieces = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(fc.oneof(change, early), { maxLength: 6 }), pieces, (changes, lengths) => {
      const rig = new Rig();
      rig.client.start();
      rig.client.publish("t", "x", 1);
      const socket = rig.network.socket;
      socket.grant(100_000);
      const stream = Buffer.from(session);
      for (const { at, to } of changes) stream[at] = to;
      for (let offset = 0, turn = 0; offset < stream.length; turn += 1) {
        const length = lengths[turn % lengths.length] ?? 1;
        socket.deliver(stream.subarray(offset, offset + length));
        offset += length;
        // Everything that came is taken out of the socket; what is kept is bounded by the reader.
        assert(socket.isClosed || socket.unreadBytes === 0);
      }
      // Whatever it was, silence ends it, and an honest broker is found again.
      socket.fail("end");
      rig.clock.advance(rig.clock.nextDelayMs ?? 0);
      rig.connect();
      assert.equal(rig.seen.at(-1), "connected");
    }),
    { numRuns: 300 },
  );
});

test("a flood of announced lengths is never buffered", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
      const rig = connected();
      rig.network.socket.deliver(bytes);
      assert(rig.network.socket.isClosed || rig.network.socket.unreadBytes === 0);
    }),
    { numRuns: 500 },
  );
});
