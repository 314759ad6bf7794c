import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { config } from "../config.ts";
import type { Store } from "../ports/store.ts";
import { Journal, type Progress } from "./journal.ts";
import type { UpdateRecord } from "./record.ts";

class MemoryStore implements Store {
  readonly values = new Map<string, Uint8Array>();
  writes = 0;

  read(key: string): Uint8Array | undefined {
    return this.values.get(key)?.slice();
  }

  write(key: string, value: Uint8Array): void {
    assert.ok(key.length <= 15);
    assert.ok(value.byteLength <= config.storeValueMaxBytes);
    this.values.set(key, value.slice());
    this.writes++;
  }

  remove(key: string): void {
    this.values.delete(key);
  }
}

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const plain = { noNullPrototype: true };
const etags = fc.string({ minLength: 1, maxLength: config.etagMaxBytes, unit: "grapheme-ascii" });
const windows = fc.constantFrom("primary" as const, "secondary" as const);
/** Both of one slot. */
const bitmaps = fc
  .integer({ min: 1, max: config.slotMaxPages / 8 })
  .chain((bytes) => fc.tuple(bitmap(bytes), bitmap(bytes)));
const bitmap = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes });
const ends = fc.record({ lowest: u32, end: u32, check: u32, window: windows }, plain);
const hexPositions = fc.record(
  { offset: u32, line: u32, base: u32, segmented: fc.boolean() },
  plain,
);
const patchPositions = fc.record(
  {
    offset: u32,
    oldPosition: u32,
    newPosition: u32,
    oldBytes: u32,
    newBytes: u32,
    chunkBytes: u32,
  },
  plain,
);
const none = fc.constant(undefined);
const places = fc.oneof(
  fc.record({
    hex: hexPositions,
    patch: none,
    fileCrc: u32,
    serverCrc: fc.option(u32, { nil: undefined }),
  }),
  fc.record({ hex: none, patch: patchPositions, fileCrc: fc.constant(0), serverCrc: none }),
);
const progresses: fc.Arbitrary<Progress> = fc
  .tuple(
    places,
    fc.record(
      {
        slot: fc
          .tuple(bitmaps, ends)
          .map(([[erased, blank], rest]) => ({ erased, blank, ...rest })),
        etag: fc.option(etags, { nil: undefined }),
      },
      plain,
    ),
  )
  .map(([place, rest]) => ({ ...place, ...rest }));

const record: UpdateRecord = {
  jobId: "j".repeat(config.jobIdMaxBytes),
  executionNumber: 1,
  queuedAt: 1_760_000_000,
  fingerprint: 0xffffffff,
  version: "1.0.1",
  stage: "downloading",
  from: "a".repeat(64),
  image: "b".repeat(64),
  reason: "x".repeat(config.detailMaxChars),
  counter: 0xffffffff,
  begun: true,
  resets: 3,
  reached: 0xffffffff,
  patchFailure: "PATCH_DEFLATE",
};

describe("journal", () => {
  it("reads progress back as it was saved, in one write", () => {
    fc.assert(
      fc.property(progresses, (progress) => {
        const store = new MemoryStore();
        new Journal(store).saveProgress(progress);
        assert.equal(store.writes, 1);
        assert.deepEqual(new Journal(store).progress(), progress);
      }),
    );
  });

  it("keeps the longest record there is", () => {
    const store = new MemoryStore();
    new Journal(store).saveRecord(record);
    assert.deepEqual(new Journal(store).record(), record);
    new Journal(store).amend({ stage: "verified", image: "c" });
    assert.deepEqual(new Journal(store).record(), { ...record, stage: "verified", image: "c" });
  });

  it("knows nothing before the first save, after clear, and of another format", () => {
    const store = new MemoryStore();
    const journal = new Journal(store);
    journal.amend({ stage: "testing" });
    assert.equal(journal.record(), undefined);
    assert.equal(journal.progress(), undefined);
    journal.saveRecord(record);
    journal.clear();
    assert.equal(store.values.size, 0);
    store.write("update", Uint8Array.of(9, 0x7b));
    store.write("progress", Uint8Array.of(9));
    assert.equal(journal.record(), undefined);
    assert.equal(journal.progress(), undefined);
  });
});
