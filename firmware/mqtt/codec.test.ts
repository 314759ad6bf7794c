import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import fc from "fast-check";
import mqttPacket from "mqtt-packet";
import { type OutgoingPacket, PacketDecoder, PacketEncoder } from "./codec.ts";
import { OutputQueue } from "./output-queue.ts";

const require = createRequire(import.meta.url);

function encode(packet: OutgoingPacket): Uint8Array {
  const queue = new OutputQueue(20_000);
  assert.equal(new PacketEncoder(queue).encode(packet), true);
  return queue.peek(20_000).slice();
}

function decode(bytes: Uint8Array) {
  return new PacketDecoder().decode(bytes);
}

const generate = (packet: object) => new Uint8Array(mqttPacket.generate(packet as never));

test("the table of 65,536 numbers is never built", () => {
  encode({ cmd: "puback", messageId: 1 });
  const numbers = require("mqtt-packet/numbers.js") as { cache: object };
  assert.equal(Object.keys(numbers.cache).length, 0);
});

test("encodes what MQTT 3.1.1 says", () => {
  assert.deepEqual(
    encode({ cmd: "connect", clientId: "ab", clean: false, keepalive: 240 }),
    Uint8Array.of(0x10, 14, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0, 0, 240, 0, 2, 0x61, 0x62),
  );
  assert.deepEqual(
    encode({ cmd: "publish", topic: "t", payload: "é", qos: 1, dup: true, messageId: 258 }),
    Uint8Array.of(0x3a, 7, 0, 1, 0x74, 1, 2, 0xc3, 0xa9),
  );
  assert.deepEqual(
    encode({ cmd: "subscribe", messageId: 7, subscriptions: [{ topic: "t/+", qos: 1 }] }),
    Uint8Array.of(0x82, 8, 0, 7, 0, 3, 0x74, 0x2f, 0x2b, 1),
  );
  assert.deepEqual(encode({ cmd: "puback", messageId: 513 }), Uint8Array.of(0x40, 2, 2, 1));
  assert.deepEqual(encode({ cmd: "pingreq" }), Uint8Array.of(0xc0, 0));
  assert.deepEqual(encode({ cmd: "disconnect" }), Uint8Array.of(0xe0, 0));
});

test("publishes are those that mqtt-packet generates and its parser reads", () => {
  const payloads = fc.oneof(fc.string({ unit: "grapheme" }), fc.uint8Array({ maxLength: 4000 }));
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), payloads, fc.boolean(), (topic, payload, dup) => {
      const packet = { cmd: "publish", topic, payload, qos: 1, dup, messageId: 5 } as const;
      const bytes = encode(packet);
      const buffer = typeof payload === "string" ? payload : Buffer.from(payload);
      assert.deepEqual(bytes, generate({ ...packet, retain: false, payload: buffer }));
      const back = decode(bytes);
      assert(back?.cmd === "publish");
      assert.equal(back.topic, topic);
      assert.equal(back.messageId, 5);
    }),
  );
});

test("a packet that does not fit leaves the queue as it was", () => {
  const queue = new OutputQueue(20);
  const encoder = new PacketEncoder(queue);
  encoder.encode({ cmd: "pingreq" });
  const payload = "0123456789abcdef";
  const packet = { cmd: "publish", topic: "t", payload, qos: 0, dup: false, messageId: 0 } as const;
  assert.equal(encoder.encode(packet), false);
  assert.deepEqual(queue.peek(20), Uint8Array.of(0xc0, 0));
  assert.equal(encoder.encode({ ...packet, payload: "0123456789abc" }), true);
  assert.equal(queue.length(), 2 + 18);
});

test("a packet that cannot be is our own bug", () => {
  assert.throws(() => encode({ cmd: "connect", clientId: "", clean: false, keepalive: 1 }));
});

test("decodes what a broker sends", () => {
  assert.deepEqual(decode(Uint8Array.of(0x20, 2, 1, 0)), {
    cmd: "connack",
    sessionPresent: true,
    returnCode: 0,
  });
  assert.deepEqual(decode(Uint8Array.of(0x20, 2, 0, 5)), {
    cmd: "connack",
    sessionPresent: false,
    returnCode: 5,
  });
  assert.deepEqual(decode(Uint8Array.of(0x40, 2, 2, 1)), { cmd: "puback", messageId: 513 });
  assert.deepEqual(decode(Uint8Array.of(0x90, 4, 0, 7, 1, 0x80)), {
    cmd: "suback",
    messageId: 7,
    granted: [1, 0x80],
  });
  assert.deepEqual(decode(Uint8Array.of(0xd0, 0)), { cmd: "pingresp" });
});

const refused: [string, number[]][] = [
  ["CONNACK without a return code", [0x20, 1, 0]],
  ["empty CONNACK", [0x20, 0]],
  ["CONNACK with reserved flags", [0x20, 2, 2, 0]],
  ["PUBACK without an identifier", [0x40, 0]],
  ["PUBACK with half an identifier", [0x40, 1, 1]],
  ["PUBACK with identifier 0", [0x40, 2, 0, 0]],
  ["PUBACK with header flags", [0x41, 2, 0, 1]],
  ["SUBACK with a grant of 3", [0x90, 3, 0, 1, 3]],
  ["PUBLISH with both QoS bits", [0x36, 5, 0, 1, 0x74, 0, 1]],
  ["PUBLISH with QoS 2, which nobody subscribed", [0x34, 5, 0, 1, 0x74, 0, 1]],
  ["PUBLISH with QoS 1 and identifier 0", [0x32, 5, 0, 1, 0x74, 0, 0]],
  ["PUBLISH with QoS 1 and no identifier", [0x32, 3, 0, 1, 0x74]],
  ["PUBLISH whose topic is longer than the packet", [0x30, 3, 0, 9, 0x74]],
  [
    "CONNECT, which only a client sends",
    [0x10, 14, 0, 4, 77, 81, 84, 84, 4, 2, 0, 9, 0, 2, 97, 98],
  ],
  ["SUBSCRIBE, which only a client sends", [0x82, 6, 0, 7, 0, 1, 0x74, 1]],
  ["PINGREQ, which only a client sends", [0xc0, 0]],
  ["reserved type 0", [0x00, 0]],
  ["AUTH of MQTT 5", [0xf0, 0]],
];

for (const [name, bytes] of refused) {
  test(`refuses ${name}`, () => {
    const decoder = new PacketDecoder();
    assert.equal(decoder.decode(Uint8Array.from(bytes)), undefined);
    assert.notEqual(decoder.error, "");
  });
}

test("no frame whatever makes the decoder throw", () => {
  fc.assert(
    fc.property(fc.nat(255), fc.uint8Array({ maxLength: 60 }), (first, body) => {
      const frame = Uint8Array.of(first, body.length, ...body);
      const packet = decode(frame);
      assert(packet === undefined || packet.cmd.length > 0);
    }),
    { numRuns: 2000 },
  );
});
