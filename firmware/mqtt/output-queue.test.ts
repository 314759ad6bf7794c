import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OutputQueue } from "./output-queue.ts";

test("gives out what was put in, in order, and never holds more than its capacity", () => {
  const piece = fc.oneof(fc.uint8Array({ maxLength: 9 }), fc.string({ maxLength: 5 }));
  const step = fc.oneof(piece, fc.nat(12));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new OutputQueue(16);
      let model: number[] = [];
      for (const value of steps) {
        if (typeof value === "number") {
          const view = [...queue.peek(value)];
          assert.deepEqual(view, model.slice(0, value));
          queue.drop(view.length);
          model = model.slice(view.length);
        } else {
          const bytes = Buffer.from(value as string);
          const fits = model.length + bytes.length <= 16;
          const isText = typeof value === "string";
          assert.equal(isText ? queue.appendText(value) : queue.appendBytes(value), fits);
          if (fits) model.push(...bytes);
        }
        assert.equal(queue.length(), model.length);
      }
      assert.deepEqual([...queue.peek(16)], model);
    }),
    { numRuns: 400 },
  );
});

test("takes back what was appended last", () => {
  const queue = new OutputQueue(4);
  queue.appendByte(1);
  queue.appendByte(2);
  queue.truncate(1);
  assert.deepEqual([...queue.peek(4)], [1]);
  assert.throws(() => queue.truncate(2), /assertion/);
  assert.throws(() => queue.drop(2), /assertion/);
});
