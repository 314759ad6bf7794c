import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { referenceApply } from "../../hw-test/campaigns/input/patch-reference.ts";
import { NorFlash } from "../../hw-test/model/nor-flash.ts";
import { makePatch } from "../../tools/patch/make-patch.ts";
import { Failure } from "../failure.ts";
import type { Flash } from "../ports/flash.ts";
import { SlotWriter } from "../slot/writer.ts";
import { type PatchPosition, POSITION_BYTES, readPosition, writePosition } from "./position.ts";
import { PatchReader, type PatchReaderOptions } from "./reader.ts";

const geometry = { byteLength: 128 * 512, blockLength: 512, writeAlign: 4, eraseValue: 0xff };
const IMAGE_MAX_BYTES = 60_000;
const addresses = Object.freeze({ primary: 0x10000, secondary: 0x80000 });

function newSha256() {
  const hash = createHash("sha256");
  return {
    update: (bytes: Uint8Array) => void hash.update(bytes),
    finish: () => new Uint8Array(hash.digest()),
  };
}

/** The slot that the old image is in; a read of anything behind the image is an error. */
function slotWith(image: Uint8Array): Flash {
  const flash = new NorFlash(geometry, image);
  return {
    geometry,
    read: (into, offset) => {
      assert.ok(offset + into.byteLength <= image.byteLength, "read outside the old image");
      flash.read(into, offset);
    },
    write: () => assert.fail("the running image is written"),
    eraseBlock: () => assert.fail("the running image is erased"),
  };
}

function pushAll(reader: PatchReader, bytes: Uint8Array, pieceBytes: number): void {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.slice(at, at + pieceBytes);
    for (let isDone = reader.push(piece, piece.length); !isDone; ) isDone = reader.proceed();
    // The buffer is the download's: it is used again.
    piece.fill(0xee);
  }
}

interface Applied {
  readonly image: Uint8Array;
  /** Where each chunk started, and what was written before. */
  readonly starts: readonly PatchPosition[];
}

function apply(
  old: Uint8Array,
  patch: Uint8Array,
  how: { pieceBytes?: number; changes?: Partial<PatchReaderOptions> } = {},
): Applied {
  const made: number[] = [];
  const starts: PatchPosition[] = [];
  const reader: PatchReader = new PatchReader({
    primary: slotWith(old),
    imageMaxBytes: IMAGE_MAX_BYTES,
    newSha256,
    stepBytes: 512,
    write: (offset, bytes, length) => {
      assert.ok(length > 0 && (offset % 256) + length <= 256, `${length} at ${offset}`);
      assert.equal(offset, made.length);
      made.push(...bytes.subarray(0, length));
      const position = reader.position();
      if (starts.at(-1) !== position) starts.push(position);
    },
    ...how.changes,
  });
  pushAll(reader, patch, how.pieceBytes ?? 1024);
  reader.end();
  return { image: Uint8Array.from(made), starts };
}

/** An old image, and a new one that has something of it, or nothing. */
const pairs = fc
  .tuple(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 2000 }),
      fc
        .array(
          fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 9 })),
          { minLength: 1, maxLength: 20 },
        )
        .map((parts) =>
          Buffer.concat(parts.flatMap(([part, times]) => Array<Uint8Array>(times).fill(part))),
        ),
      fc.nat(3000).map((length) => new Uint8Array(length + 1).fill(0xff)),
    ),
    fc.array(
      fc.tuple(
        fc.constantFrom("set", "insert", "delete", "move", "shift"),
        fc.nat(),
        fc.nat(),
        fc.nat(255),
      ),
      {
        maxLength: 12,
      },
    ),
  )
  .map(([old, changes]) => ({
    old: new Uint8Array(old),
    next: changes.reduce(changed, new Uint8Array(old)),
  }));

function changed(
  image: Uint8Array,
  [kind, where, howMuch, value]: [string, number, number, number],
): Uint8Array {
  const at = where % (image.length + 1);
  const end = Math.min(image.length, at + (howMuch % 300));
  const [before, middle, after] = [image.slice(0, at), image.slice(at, end), image.slice(end)];
  const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  const inserted = Uint8Array.from({ length: howMuch % 300 }, (_, index) => value * index);
  if (kind === "set") return joined(before, middle.fill(value), after);
  if (kind === "insert") return joined(before, inserted, middle, after);
  if (kind === "delete") return before.length + after.length > 0 ? joined(before, after) : image;
  if (kind === "move") return joined(middle, before, after);
  // As addresses do in code behind an insertion.
  return joined(
    before,
    middle.map((byte, index) => (index % 5 === 0 ? byte + 3 : byte)),
    after,
  );
}

const pieceSizes = fc.constantFrom(1, 3, 50, 1024, 100_000);

describe("patch reader", () => {
  it("makes the new image, in any pieces and by any step, and reads nothing but the old one", () => {
    fc.assert(
      fc.property(
        pairs,
        pieceSizes,
        fc.constantFrom(64, 300, 8192),
        fc.constantFrom(1, 700, 60_000),
        ({ old, next }, pieceBytes, chunkBytes, stepBytes) => {
          const patch = makePatch(old, next, chunkBytes);
          const { image } = apply(old, patch, { pieceBytes, changes: { stepBytes } });
          assert.deepEqual(image, next);
          assert.deepEqual(referenceApply(old, patch, IMAGE_MAX_BYTES).image, next);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("makes a packed image of nothing, whatever the tracker runs", () => {
    fc.assert(
      fc.property(
        pairs,
        pieceSizes,
        fc.constantFrom(64, 300, 8192),
        ({ old, next }, pieceBytes, chunkBytes) => {
          const patch = makePatch(undefined, next, chunkBytes);
          const primary = slotWith(new Uint8Array(0));
          const { image } = apply(old, patch, { pieceBytes, changes: { primary } });
          assert.deepEqual(image, next);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("goes on from the start of any chunk, and gives the same bytes from there", () => {
    fc.assert(
      fc.property(pairs, pieceSizes, ({ old, next }, pieceBytes) => {
        const patch = makePatch(old, next, 64);
        const { starts } = apply(old, patch);
        assert.deepEqual(
          starts.map(({ offset }) => offset),
          referenceApply(old, patch, IMAGE_MAX_BYTES).chunks,
        );
        for (const from of starts) checkResumed({ old, next, patch }, stored(from), pieceBytes);
      }),
      { numRuns: 60 },
    );
  });

  it("writes about a step at a time, though five bytes may be a whole image", () => {
    const old = Uint8Array.from({ length: 50_000 }, (_, at) => (at * 2654435761) >>> 7);
    const next = old.with(40_000, 1);
    const patch = makePatch(old, next);
    assert.ok(patch.length < 120, `${patch.length} bytes`);
    let written = 0;
    const reader = new PatchReader({
      primary: slotWith(old),
      imageMaxBytes: IMAGE_MAX_BYTES,
      newSha256,
      stepBytes: 4096,
      write: (_offset, _bytes, length) => {
        written += length;
      },
    });
    let calls = 1;
    let before = 0;
    for (let isDone = reader.push(patch, patch.length); !isDone; calls++) {
      assert.ok(written - before <= 4096 + 256, `${written - before} bytes in one step`);
      before = written;
      isDone = reader.proceed();
    }
    reader.end();
    assert.equal(written, next.length);
    // As many to check the base as to write.
    assert.ok(calls >= 24 && calls <= 28, `${calls} steps`);
  });
});

/** By way of the journal. */
function stored(position: PatchPosition): PatchPosition {
  const view = new DataView(new ArrayBuffer(POSITION_BYTES + 3));
  writePosition(view, 3, position);
  return readPosition(view, 3);
}

function checkResumed(
  images: { old: Uint8Array; next: Uint8Array; patch: Uint8Array },
  from: PatchPosition,
  pieceBytes: number,
): void {
  let at = from.newPosition;
  const reader = new PatchReader({
    primary: slotWith(images.old),
    imageMaxBytes: IMAGE_MAX_BYTES,
    newSha256,
    stepBytes: 4096,
    from,
    write: (offset, bytes, length) => {
      assert.equal(offset, at);
      assert.deepEqual(bytes.slice(0, length), images.next.slice(at, at + length));
      at += length;
    },
  });
  pushAll(reader, images.patch.subarray(from.offset), pieceBytes);
  reader.end();
  assert.equal(at, images.next.length);
}

describe("a patch into the slot", () => {
  it("whose power fails anywhere resumes at its chunk, and no page is erased again but the cut one", () => {
    const old = Uint8Array.from({ length: 9000 }, (_, at) => (at * 2654435761) >>> 9);
    const next = new Uint8Array(
      Buffer.concat([old.subarray(0, 3001), Buffer.from("inserted"), old.subarray(3500)]),
    ).map((byte, at) => (at % 97 === 0 ? byte + 1 : byte));
    const patch = makePatch(old, next, 64);
    const flash = new NorFlash(geometry);
    const operations = cutAndResume({ old, patch, flash }, undefined);
    assert.deepEqual(flash.bytes.slice(0, next.length), next);
    for (let operation = 1; operation <= operations; operation++) {
      const torn = new NorFlash(geometry);
      cutAndResume({ old, patch, flash: torn }, operation);
      assert.deepEqual(torn.bytes.slice(0, next.length), next, `operation ${operation}`);
      const { erases } = torn.counts();
      const more = erases.filter((count) => count > 1);
      assert.ok(more.length <= 1 && (more[0] ?? 2) === 2, `operation ${operation}: ${erases}`);
    }
  });
});

/** @returns the operations of flash that it took */
function cutAndResume(
  what: { old: Uint8Array; patch: Uint8Array; flash: NorFlash },
  cutAt: number | undefined,
): number {
  const { old, patch, flash } = what;
  let saved: { from: PatchPosition; slot: ReturnType<SlotWriter["progress"]> } | undefined;
  const run = (): void => {
    const start = saved;
    const writer: SlotWriter = new SlotWriter({
      flash,
      addresses,
      from: start?.slot,
      onPageWritten: () => {
        saved = { from: stored(reader.position()), slot: writer.progress() };
      },
      onPageReopened: () => assert.fail("a page that is whole is written again"),
    });
    const reader: PatchReader = new PatchReader({
      primary: slotWith(old),
      imageMaxBytes: IMAGE_MAX_BYTES,
      newSha256,
      stepBytes: 512,
      from: start?.from,
      write: (offset, bytes, length) => writer.write(addresses.primary + offset, bytes, length),
    });
    pushAll(reader, patch.subarray(start?.from.offset ?? 0), 100);
    reader.end();
    writer.finish();
  };
  if (cutAt !== undefined) flash.cutPower({ operation: cutAt, when: "inside" });
  try {
    run();
  } catch (error) {
    if (error instanceof Failure || cutAt === undefined) throw error;
    flash.powerOn();
    run();
  }
  return flash.counts().operations;
}
