import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import mqttPacket from "mqtt-packet";
import { config } from "../config.ts";
import type { Socket } from "../ports/network.ts";
import { FrameReader } from "./frame-reader.ts";

/** A socket that has received `bytes` and gives them in pieces of the given lengths, in turn. */
class Received implements Socket {
  largestRead = 0;
  private readonly bytes: Uint8Array;
  private readonly pieces: readonly number[];
  private offset = 0;
  private turn = 0;

  constructor(bytes: Uint8Array, pieces: readonly number[]) {
    this.bytes = bytes;
    this.pieces = pieces;
  }

  read(into: Uint8Array): number {
    const piece = this.pieces[this.turn % this.pieces.length] ?? into.length;
    this.turn += 1;
    this.largestRead = Math.max(this.largestRead, into.length);
    const part = this.bytes.subarray(this.offset, this.offset + Math.min(piece, into.length));
    into.set(part);
    this.offset += part.length;
    return part.length;
  }

  get left(): number {
    return this.bytes.length - this.offset;
  }

  write(): void {}
  close(): void {}
}

/** Frames as arrays, skipped packets as {topic, messageId, byteLength}. */
function readAll(socket: Received): unknown[] {
  const reader = new FrameReader();
  const results: unknown[] = [];
  // A socket that had nothing is asked again, as after the next onReadable.
  for (let emptyTurns = 0; emptyTurns < 3; ) {
    const result = reader.read(socket);
    if (result === "malformed") return [...results, reader.error];
    if (result === "frame") results.push([...reader.takeFrame()]);
    if (result === "skipped" && reader.skipped !== undefined) {
      const { topic, messageId, byteLength } = reader.skipped;
      results.push({ topic: Buffer.from(topic).toString(), messageId, byteLength });
    }
    emptyTurns = result === "none" && socket.left === 0 ? emptyTurns + 1 : 0;
  }
  return results;
}

function publish(topic: string, length: number, qos: 0 | 1): Buffer {
  const payload = Buffer.alloc(length, 0x30);
  const packet = { cmd: "publish", topic, payload, qos, messageId: 0x1234, dup: false } as const;
  return mqttPacket.generate({ ...packet, retain: false });
}

test("cuts a stream into packets however it comes in pieces", () => {
  const frame = fc.nat(200).map((length) => publish("t", length, 1));
  const pieces = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), pieces, (frames, lengths) => {
      const socket = new Received(Buffer.concat(frames), [...lengths, 1]);
      assert.deepEqual(
        readAll(socket),
        frames.map((bytes) => [...bytes]),
      );
    }),
  );
});

test("takes the longest packet that is allowed", () => {
  const bytes = publish("t", config.mqttPacketMaxBytes - 5, 1);
  assert.deepEqual(readAll(new Received(bytes, [700])), [[...bytes]]);
});

test("skips a longer one, with its identifier, and goes on behind it", () => {
  const topic = "$aws/things/x/jobs/start-next/accepted";
  for (const qos of [0, 1] as const) {
    for (const piece of [1, 3, 700, 100_000]) {
      const length = config.mqttPacketMaxBytes + 1 - (2 + topic.length + 2 * qos);
      const stream = Buffer.concat([publish(topic, length, qos), Buffer.of(0xd0, 0)]);
      const socket = new Received(stream, [piece]);
      const messageId = qos === 0 ? 0 : 0x1234;
      assert.deepEqual(readAll(socket), [
        { topic, messageId, byteLength: config.mqttPacketMaxBytes + 1 },
        [0xd0, 0],
      ]);
      assert(socket.largestRead <= 256, `${socket.largestRead} bytes of a skipped packet at once`);
    }
  }
});

const malformed: [string, number[]][] = [
  ["a remaining length of five bytes", [0x30, 0x80, 0x80, 0x80, 0x80, 0x01]],
  ["a length beyond what is skipped", [0x30, 0xff, 0xff, 0xff, 0x7f]],
  ["a long packet that is no PUBLISH", [0x90, 0x80, 0x80, 0x01]],
  ["a long PUBLISH with QoS 2", [0x34, 0x80, 0x80, 0x01]],
  ["a long PUBLISH with a topic of 257 bytes", [0x30, 0x80, 0x80, 0x01, 0x01, 0x01]],
  ["a long PUBLISH with identifier 0", [0x32, 0x80, 0x80, 0x01, 0, 1, 0x74, 0, 0]],
];

for (const [name, bytes] of malformed) {
  test(`calls ${name} malformed`, () => {
    const results = readAll(new Received(Uint8Array.from(bytes), [2]));
    assert.equal(results.length, 1);
    assert.equal(typeof results[0], "string");
  });
}

test("allocates nothing for a length that is only announced, beyond the bound", () => {
  const socket = new Received(Uint8Array.of(0x32, 0x80, 0x80, 0x08, 0, 1), [9]);
  assert.deepEqual(readAll(socket), []);
  assert(socket.largestRead <= 256);
});
