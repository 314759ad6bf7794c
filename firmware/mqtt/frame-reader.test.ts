import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import mqttPacket from "mqtt-packet";
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

/** What a reader made of a stream: plain packets as they are, a PUBLISH put together again. */
function readAll(socket: Received): unknown[] {
  const reader = new FrameReader();
  const results: unknown[] = [];
  let publishBytes: number[] = [];
  // A socket that had nothing is asked again, as after the next onReadable.
  for (let emptyTurns = 0; emptyTurns < 3; ) {
    const result = reader.read(socket);
    if (result === "malformed") return [...results, reader.error];
    const packet = result === "packet" ? [...reader.packet()] : [];
    if (isPublish(packet)) publishBytes = packet;
    else if (result === "packet") results.push(packet);
    if (result === "payload") publishBytes.push(...reader.payload());
    if (result === "end") results.push(publishBytes);
    emptyTurns = result === "none" && socket.left === 0 ? emptyTurns + 1 : 0;
  }
  return results;
}

const isPublish = ([first = 0]: readonly number[]) => first >> 4 === 3;

function publish(topic: string, length: number, qos: 0 | 1): Buffer {
  const payload = Buffer.alloc(length, 0x30);
  const packet = { cmd: "publish", topic, payload, qos, messageId: 0x1234, dup: false } as const;
  return mqttPacket.generate({ ...packet, retain: false });
}

/** The same PUBLISH as `readAll` gives it: a head with no payload, and the payload behind it. */
function inParts(topic: string, length: number, qos: 0 | 1): number[] {
  return [...publish(topic, 0, qos), ...Buffer.alloc(length, 0x30)];
}

const topics = fc.constantFrom("", "t", "t".repeat(122), "t".repeat(123), "t".repeat(256));
const qualities = fc.constantFrom<0 | 1>(0, 1);
const someBytes = fc.oneof(fc.nat(5), fc.nat(200), fc.integer({ min: 500, max: 40_000 }));
const publishes = fc
  .tuple(topics, someBytes, qualities)
  .map((packet) => ({ sent: publish(...packet), read: inParts(...packet) }));
const plain = fc
  .uint8Array({ maxLength: 127 })
  .map((body) => Buffer.of(0x90, body.length, ...body))
  .map((sent) => ({ sent, read: [...sent] }));

test("cuts a stream into packets however it comes in pieces", () => {
  const packets = fc.array(fc.oneof(publishes, plain), { maxLength: 6 });
  const pieces = fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(packets, pieces, (all, lengths) => {
      const socket = new Received(Buffer.concat(all.map(({ sent }) => sent)), [...lengths, 1]);
      assert.deepEqual(
        readAll(socket),
        all.map(({ read }) => read),
      );
      assert(socket.largestRead <= 512, `${socket.largestRead} bytes at once`);
    }),
  );
});

test("a length that takes more bytes than it needs is read, and written as it should be", () => {
  const socket = new Received(Uint8Array.of(0xd0, 0x80, 0x80, 0x00, 0x40, 0x82, 0x00, 1, 2), [1]);
  assert.deepEqual(readAll(socket), [
    [0xd0, 0],
    [0x40, 2, 1, 2],
  ]);
});

const malformed: [string, number[]][] = [
  ["a remaining length of five bytes", [0x30, 0x80, 0x80, 0x80, 0x80, 0x01]],
  ["a length beyond any payload", [0x30, 0xff, 0xff, 0xff, 0x7f]],
  ["a long packet that is no PUBLISH", [0x90, 0x80, 0x01]],
  ["a PUBLISH of one byte", [0x30, 1, 0]],
  ["a PUBLISH with a topic of 257 bytes", [0x30, 0x80, 0x80, 0x01, 0x01, 0x01]],
  ["a PUBLISH shorter than its topic", [0x30, 5, 0, 4, 0x74, 0x74, 0x74]],
  ["a PUBLISH that ends inside its identifier", [0x32, 4, 0, 1, 0x74, 0]],
];

for (const [name, bytes] of malformed) {
  test(`calls ${name} malformed`, () => {
    const results = readAll(new Received(Uint8Array.from(bytes), [2]));
    assert.equal(results.length, 1);
    assert.equal(typeof results[0], "string");
  });
}

test("allocates nothing for a length that is only announced", () => {
  const socket = new Received(Uint8Array.of(0x32, 0xff, 0xff, 0x07, 0, 1), [9]);
  assert.deepEqual(readAll(socket), []);
  assert(socket.largestRead <= 512);
});
