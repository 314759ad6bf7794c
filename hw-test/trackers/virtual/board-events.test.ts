import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseBoardEvent } from "./board-events.ts";
import { LinkError } from "./link.ts";

const good = [
  '{"event":"boot","swap":"none","running":"1.0.0","refused":false}',
  '{"event":"start","engine":"XS 13.3.0","bits":32,"poolBytes":262144,"slotBytes":16}',
  '{"event":"heap","chunkBytes":1,"chunkPeakBytes":2,"slotBytes":3,"slotPeakBytes":4,"cBytes":5}',
  '{"event":"exception","message":"…"}',
];

const bad = [
  "",
  "{",
  "null",
  "[]",
  '{"event":"toString"}',
  '{"event":"reboot"}',
  '{"event":"boot","swap":"half","running":"1.0.0","refused":false}',
  '{"event":"boot","swap":"none","running":"1.0.0"}',
  '{"event":"start","engine":"XS","bits":"32","poolBytes":1,"slotBytes":16}',
  '{"event":"exception"}',
];

describe("parseBoardEvent", () => {
  for (const text of good) {
    it(`reads ${text}`, () => {
      assert.deepEqual(parseBoardEvent(Buffer.from(text)), JSON.parse(text));
    });
  }
  for (const text of bad) {
    it(`refuses ${text}`, () => {
      assert.throws(() => parseBoardEvent(Buffer.from(text)), LinkError);
    });
  }
});
