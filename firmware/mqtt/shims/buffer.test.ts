import assert from "node:assert/strict";
import { Buffer as NodeBuffer } from "node:buffer";
import { test } from "node:test";
import fc from "fast-check";
import { Buffer } from "./buffer.ts";

const contents = (buffer: Buffer) =>
  Array.from({ length: buffer.length }, (_, index) => buffer.readUInt8(index));

test("holds what Node's Buffer holds, overwritten or cut", () => {
  const bytes = fc.array(fc.nat(255), { maxLength: 4 });
  const write = fc.record({ value: fc.nat(255), offset: fc.nat(3) });
  fc.assert(
    fc.property(bytes, fc.array(write), fc.nat(4), fc.nat(4), (initial, writes, one, other) => {
      const ours = Buffer.from(initial);
      const theirs = NodeBuffer.from(initial);
      for (const { value, offset } of writes) {
        if (offset >= initial.length) continue;
        ours.writeUInt8(value, offset);
        theirs.writeUInt8(value, offset);
      }
      assert.deepEqual(contents(ours), [...theirs]);
      const start = Math.min(one, other, initial.length);
      const end = Math.min(Math.max(one, other), initial.length);
      assert.deepEqual(contents(ours.subarray(start, end)), [...theirs.subarray(start, end)]);
    }),
  );
});

test("is empty when made, and refuses more than four bytes", () => {
  assert.deepEqual(contents(Buffer.alloc(4)), [0, 0, 0, 0]);
  assert.throws(() => Buffer.allocUnsafe(5));
  assert.equal(Buffer.isBuffer(Buffer.alloc(1)), true);
  assert.equal(Buffer.isBuffer(new Uint8Array(1)), false);
});
