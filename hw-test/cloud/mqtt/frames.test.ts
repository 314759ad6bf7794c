import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import mqttPacket, { type Packet } from "mqtt-packet";
import { FrameError, FrameSplitter, publishHead, topicFilterCount } from "./frames.ts";

const publish = fc.record({
  cmd: fc.constant("publish" as const),
  topic: fc.stringMatching(/^[a-z$/é]{1,40}$/),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  retain: fc.boolean(),
  dup: fc.constant(false),
  messageId: fc.integer({ min: 1, max: 65535 }),
});

test("packets come out whole and in order, however the stream is cut", () => {
  fc.assert(
    fc.property(
      fc.array(publish, { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 90 })),
      (packets, cuts) => {
        const stream = Buffer.concat(packets.map((packet) => mqttPacket.generate(packet)));
        const splitter = new FrameSplitter();
        const frames = [];
        let offset = 0;
        for (const cut of [...cuts, stream.length]) {
          frames.push(...splitter.push(stream.subarray(offset, offset + cut)));
          offset += cut;
        }
        assert.deepEqual(Buffer.concat(frames.map(({ bytes }) => bytes)), stream);
        const heads = packets.map(({ topic, qos, retain, payload }) => ({
          topic,
          qos,
          retain,
          payloadBytes: payload.length,
        }));
        assert.deepEqual(frames.map(publishHead), heads);
      },
    ),
  );
});

test("the topic filters of a SUBSCRIBE are counted", () => {
  for (const count of [1, 2, 8, 9]) {
    const subscriptions = Array.from({ length: count }, (_, index) => ({
      topic: `t/${"x".repeat(index * 30)}`,
      qos: 1 as const,
    }));
    const packet: Packet = { cmd: "subscribe", messageId: 7, subscriptions };
    const [frame] = new FrameSplitter().push(mqttPacket.generate(packet));
    assert.ok(frame);
    assert.equal(topicFilterCount(frame), count);
  }
});

test("a length beyond the limit is refused before the bytes are there", () => {
  const announced = (...length: number[]) => Buffer.from([0x30, ...length]);
  assert.deepEqual(new FrameSplitter().push(announced(0x80, 0x80, 0x08)), []);
  assert.throws(() => new FrameSplitter().push(announced(0xff, 0xff, 0xff, 0x7f)), FrameError);
  assert.throws(() => new FrameSplitter().push(announced(0xff, 0xff, 0xff, 0xff)), FrameError);
});

test("a string that leaves its packet is refused", () => {
  const [frame] = new FrameSplitter().push(Buffer.from([0x30, 0x03, 0x00, 0x09, 0x61]));
  assert.ok(frame);
  assert.throws(() => publishHead(frame), FrameError);
});
