import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  encodeFrame,
  type Frame,
  FrameDecoder,
  type FrameName,
  frameTypes,
  LinkError,
  PAYLOAD_MAX_BYTES,
} from "./link.ts";

const frameNames = Object.keys(frameTypes) as FrameName[];
const anyFrame = fc.record({
  name: fc.constantFrom(...frameNames),
  channel: fc.integer({ min: 0, max: 255 }),
  payload: fc.uint8Array({ maxLength: 300 }),
});

describe("encodeFrame", () => {
  it("lays out the head as docs/virtual-tracker.md says", () => {
    const frame = encodeFrame({ name: "DATA", channel: 7, payload: Buffer.from("abc") });
    assert.equal(frame.toString("hex"), "82070300616263");
    assert.equal(encodeFrame({ name: "STOP" }).toString("hex"), "92000000");
  });

  it("refuses a payload above 2048 bytes", () => {
    const payload = new Uint8Array(PAYLOAD_MAX_BYTES + 1);
    assert.throws(() => encodeFrame({ name: "DATA", payload }), LinkError);
    assert.equal(encodeFrame({ name: "DATA", payload: payload.subarray(1) }).byteLength, 2052);
  });
});

describe("FrameDecoder", () => {
  it("gives back every frame, however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }),
        (frames, cuts) => {
          const stream = Buffer.concat(frames.map(encodeFrame));
          const decoder = new FrameDecoder();
          const decoded: Frame[] = [];
          for (let offset = 0, turn = 0; offset < stream.byteLength; turn++) {
            const end = offset + (cuts[turn % cuts.length] ?? 1);
            // A copy, as a stream may use its buffer again.
            for (const frame of decoder.push(Buffer.from(stream.subarray(offset, end)))) {
              decoded.push({ ...frame, payload: Buffer.from(frame.payload) });
            }
            assert.ok(decoder.heldBytes < 4 + PAYLOAD_MAX_BYTES);
            offset = end;
          }
          const expected = frames.map((frame) => ({
            ...frame,
            payload: Buffer.from(frame.payload),
          }));
          assert.deepEqual(decoded, expected);
          assert.equal(decoder.heldBytes, 0);
        },
      ),
    );
  });

  it("never throws anything but a LinkError, and holds no more than one frame", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }), (chunks) => {
        const decoder = new FrameDecoder();
        try {
          for (const chunk of chunks) decoder.push(chunk);
        } catch (error) {
          assert.ok(error instanceof LinkError);
        }
        assert.ok(decoder.heldBytes < 4 + PAYLOAD_MAX_BYTES);
      }),
    );
  });

  it("refuses an unknown type and a length above 2048", () => {
    assert.throws(() => new FrameDecoder().push(Buffer.from("05000000", "hex")), /frame type 5/);
    assert.throws(() => new FrameDecoder().push(Buffer.from("82000108", "hex")), /2049 bytes/);
  });
});
