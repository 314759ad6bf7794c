import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type CutPlan, NorFlash, PowerCut } from "../../hw-test/model/nor-flash.ts";
import { hexRecord, toHex } from "../../tools/image/hex.ts";
import { Failure, type FailureCode } from "../failure.ts";
import { HexParser, type HexPosition } from "../hex/parser.ts";
import type { Crc32 } from "../ports/checksum.ts";
import type { FlashGeometry } from "../ports/flash.ts";
import { crc32, pageCheck } from "../verify/crc32.ts";
import { slotLayout } from "./layout.ts";
import { type SlotProgress, SlotWriter } from "./writer.ts";

const addresses = { primary: 0x10000, secondary: 0x80000 };
const nrf: FlashGeometry = {
  byteLength: 0x10000,
  blockLength: 4096,
  writeAlign: 4,
  eraseValue: 0xff,
};

const geometries: FlashGeometry[] = [
  nrf,
  { byteLength: 0x10000, blockLength: 512, writeAlign: 1, eraseValue: 0xff },
  { byteLength: 0x10000, blockLength: 1024, writeAlign: 8, eraseValue: 0xff },
  { byteLength: 0x10000, blockLength: 2048, writeAlign: 16, eraseValue: 0x00 },
  { byteLength: 0x20000, blockLength: 8192, writeAlign: 32, eraseValue: 0xff },
  { byteLength: 0x10000, blockLength: 1024, writeAlign: 4, eraseValue: 0x00 },
];

const old = Uint8Array.from({ length: 0x20000 }, (_, i) => (i * 31 + 5) & 0xff);

/** An old image in the slot, and a stale swap request in its trailer. */
function usedFlash(geometry: FlashGeometry): NorFlash {
  return new NorFlash(geometry, old.subarray(0, geometry.byteLength));
}

function body(byteLength: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, i) => ((i * 197 + seed * 59) >> 3) & 0xff);
}

interface Saved {
  readonly hex: HexPosition;
  readonly slot: SlotProgress;
}

/** What the pipeline does: parser and writer, and a journal that keeps what they say. */
class Rig {
  readonly flash: NorFlash;
  /** The board's own. */
  private readonly crc32: Crc32 | undefined;
  saved: Saved | undefined;
  pagesSaved = 0;

  constructor(flash: NorFlash, crc32?: Crc32) {
    this.flash = flash;
    this.crc32 = crc32;
  }

  run(hex: string): SlotProgress {
    const from = this.saved;
    const writer = new SlotWriter({
      flash: this.flash,
      addresses,
      crc32: this.crc32,
      from: from?.slot,
      onPageWritten: () => {
        this.pagesSaved += 1;
        this.saved = { hex: parser.position(), slot: writer.progress() };
      },
      onPageReopened: () => {
        this.saved = undefined;
      },
    });
    const parser = new HexParser((address, bytes, length) => {
      writer.write(address, bytes, length);
    }, from?.hex);
    const bytes = Buffer.from(hex).subarray(from?.hex.offset ?? 0);
    for (let at = 0; at < bytes.byteLength; at += 1024) {
      const chunk = bytes.subarray(at, at + 1024);
      parser.push(chunk, chunk.byteLength);
    }
    parser.end();
    writer.finish();
    return writer.progress();
  }
}

function run(hex: string, geometry = nrf): { flash: NorFlash; progress: SlotProgress; rig: Rig } {
  const flash = usedFlash(geometry);
  const rig = new Rig(flash);
  return { flash, progress: rig.run(hex), rig };
}

const data = (offset: number, bytes: Uint8Array): string =>
  hexRecord({ type: 0, offset, data: bytes });

/** Records of the primary slot, from its first byte on. */
function file(records: readonly string[]): string {
  return [":020000040001F9", ...records, ":00000001FF", ""].join("\n");
}

/** The first half of the file, and then the power is gone. */
function cutAt(rig: Rig, hex: string): void {
  const lines = hex.split("\n");
  const half = lines.slice(0, lines.length >> 1);
  try {
    rig.run(`${half.join("\n")}\n:00000001FF\n`);
  } catch (error) {
    assert.ok(error instanceof Failure);
  }
}

function codeOf(work: () => void): FailureCode {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error.code;
  }
  throw new assert.AssertionError({ message: "nothing failed" });
}

function checkOf(flash: NorFlash, progress: SlotProgress): number {
  const { blockLength } = flash.geometry;
  let check = 0;
  progress.erased.forEach((bits, index) => {
    for (let bit = 0; bit < 8; bit++) {
      if (((bits >> bit) & 1) === 0) continue;
      const page = index * 8 + bit;
      const start = page * blockLength;
      check ^= pageCheck(page, flash.bytes.subarray(start, start + blockLength));
    }
  });
  return check >>> 0;
}

/** The slot holds exactly the image, gaps erased, trailer blank, and the progress says so. */
function assertSlot(flash: NorFlash, progress: SlotProgress, image: Map<number, number>): void {
  const { byteLength, blockLength, eraseValue } = flash.geometry;
  const offsets = [...image.keys()];
  const end = Math.max(...offsets) + 1;
  const pagesEnd = Math.ceil(end / blockLength) * blockLength;
  const expected = new Uint8Array(pagesEnd).fill(eraseValue);
  for (const [offset, value] of image) expected[offset] = value;
  assert.ok(Buffer.from(flash.bytes.subarray(0, pagesEnd)).equals(expected), "image");
  const trailer = flash.bytes.subarray(slotLayout(flash.geometry).trailerOffset, byteLength);
  assert.ok(
    trailer.every((byte) => byte === eraseValue),
    "trailer",
  );
  assert.equal(progress.lowest, Math.min(...offsets));
  assert.equal(progress.end, end);
  assert.equal(progress.check, checkOf(flash, progress));
}

function contiguous(bytes: Uint8Array, offset = 0): Map<number, number> {
  return new Map([...bytes].map((byte, index) => [offset + index, byte]));
}

/** Data records for the primary window, in the order given. */
function records(parts: readonly (readonly [offset: number, data: ArrayLike<number>])[]): string {
  const lines = [hexRecord({ type: 4, offset: 0, data: [0, 1] })];
  for (const [offset, data] of parts) lines.push(hexRecord({ type: 0, offset, data }));
  return [...lines, ":00000001FF", ""].join("\n");
}

describe("SlotWriter", () => {
  for (const geometry of geometries) {
    const { blockLength, writeAlign, eraseValue } = geometry;
    const name = `pages of ${blockLength}, write block ${writeAlign}, erased 0x${eraseValue.toString(16)}`;

    it(`writes an image, each page erased once: ${name}`, () => {
      const bytes = body(3 * blockLength + 100);
      const { flash, progress, rig } = run(toHex(bytes, { address: addresses.primary }), geometry);
      assertSlot(flash, progress, contiguous(bytes));
      assert.equal(progress.window, "primary");
      const { erases } = flash.counts();
      const { trailerOffset } = slotLayout(geometry);
      erases.forEach((count, page) => {
        const isImage = page < 4;
        const isTrailer = page * blockLength >= trailerOffset;
        assert.equal(count, isImage || isTrailer ? 1 : 0, `page ${page}`);
      });
      assert.equal(rig.pagesSaved, 4);
    });

    it(`takes gaps and any order that needs no second erase: ${name}`, () => {
      const part = fc.record({
        block: fc.nat({ max: 63 }),
        length: fc.integer({ min: 1, max: 64 }),
      });
      fc.assert(
        fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (parts) => {
          const image = new Map<number, number>();
          const list: [number, Uint8Array][] = [];
          for (const { block, length } of parts) {
            const offset = block * 512;
            if (image.has(offset)) continue;
            const data = body(length, block);
            list.push([offset, data]);
            data.forEach((byte, i) => {
              image.set(offset + i, byte);
            });
          }
          const { flash, progress } = run(records(list), geometry);
          assertSlot(flash, progress, image);
          assert.ok(Math.max(...flash.counts().erases) === 1);
        }),
        { numRuns: 25 },
      );
    });
  }

  it("writes a page in one go, and programs no unit that stays erased", () => {
    const bytes = new Uint8Array(8192).fill(0xff);
    bytes.set(body(4096), 0);
    bytes.set([1], 4096 + 100);
    const { flash } = run(toHex(bytes, { address: addresses.primary, recordBytes: 32 }));
    assert.equal(flash.counts().writes, 2);
    assert.equal(flash.counts().bytesWritten, 4096 + 4);
  });

  it("takes an image linked for the secondary slot, but no mixture", () => {
    const bytes = body(5000);
    const moved = run(toHex(bytes, { address: addresses.secondary }));
    assertSlot(moved.flash, moved.progress, contiguous(bytes));
    assert.equal(moved.progress.window, "secondary");
    const one = toHex(bytes, { address: addresses.primary }).replace(":00000001FF\n", "");
    const mixed = one + toHex(bytes, { address: addresses.secondary });
    assert.equal(
      codeOf(() => run(mixed)),
      "SLOT_ADDRESS",
    );
  });

  it("refuses data outside the slot", () => {
    for (const address of [0, 0xfffe, 0x20000, 0x1fffe, 0x7fffe, 0x10001000]) {
      const hex = toHex(body(4), { address });
      const flash = usedFlash(nrf);
      const expected = address === 0x1fffe ? "SLOT_TRAILER" : "SLOT_ADDRESS";
      // The record at 0x1FFFE is cut at 0x20000, its first half is in the trailer.
      assert.equal(
        codeOf(() => new Rig(flash).run(hex)),
        expected,
        address.toString(16),
      );
      assert.equal(flash.counts().operations, 0);
    }
  });

  it("takes an image up to the trailer less one page, and no byte more", () => {
    const { imageMaxBytes } = slotLayout(nrf);
    const bytes = body(imageMaxBytes);
    const { flash, progress } = run(toHex(bytes, { address: addresses.primary, recordBytes: 255 }));
    assertSlot(flash, progress, contiguous(bytes));
    const longer = toHex(body(imageMaxBytes + 1), { address: addresses.primary });
    assert.equal(
      codeOf(() => run(longer)),
      "SLOT_TRAILER",
    );
  });

  it("refuses a file without data", () => {
    assert.equal(
      codeOf(() => run(":00000001FF\n")),
      "IMAGE_EMPTY",
    );
  });

  it("accepts the same byte twice and refuses a different one, in the page and on coming back", () => {
    const far: [number, number[]] = [0x2000, [1, 2, 3, 4]];
    const first: [number, number[]] = [0, [10, 0xff, 12, 13]];
    const same: [number, number[]] = [2, [12, 13]];
    const different: [number, number[]] = [2, [12, 14]];
    const image = new Map([...contiguous(Uint8Array.from([10, 0xff, 12, 13]))]);
    const near = run(records([first, same]));
    assertSlot(near.flash, near.progress, image);
    assert.equal(
      codeOf(() => run(records([first, different]))),
      "SLOT_OVERLAP",
    );
    const back = run(records([first, far, same]));
    far[1].forEach((byte, i) => {
      image.set(0x2000 + i, byte);
    });
    assertSlot(back.flash, back.progress, image);
    assert.equal(
      codeOf(() => run(records([first, far, different]))),
      "SLOT_OVERLAP",
    );
    // 0xFF given is a byte given, and not a gap.
    assert.equal(
      codeOf(() => run(records([first, [1, [0]]]))),
      "SLOT_OVERLAP",
    );
  });

  it("refuses another byte for what records in a row have given, wherever in them", () => {
    const row: [number, number[]][] = [];
    for (let at = 0; at < 96; at += 16) row.push([at, [...body(96).subarray(at, at + 16)]]);
    for (let at = 0; at < 96; at++) {
      const other = (body(96)[at] as number) ^ 1;
      assert.equal(
        codeOf(() => run(records([...row, [at, [other]]]))),
        "SLOT_OVERLAP",
        `byte ${at}`,
      );
    }
    assert.equal(run(records([...row, [96, [1]]])).progress.end, 97);
  });

  it("refuses another byte for what was given as erased, the page left in between", () => {
    const blank = new Uint8Array(8).fill(0xff);
    const away = data(0x2000, body(16));
    for (const [at, length] of [
      [0x100, 1],
      [0x104, 4],
      [0x107, 1],
    ] as const) {
      const again = data(at, body(length, 3));
      const visits = [data(0, body(16)), data(0x100, blank), away, again];
      assert.equal(
        codeOf(() => run(file(visits))),
        "SLOT_OVERLAP",
      );
      // The same with a visit that changed nothing.
      const twice = [data(0, body(16)), away, data(0x100, blank), away, again];
      assert.equal(
        codeOf(() => run(file(twice))),
        "SLOT_OVERLAP",
      );
    }
  });

  it("never takes two values for one address, in whatever order and however often pages are left", () => {
    const value = fc.constantFrom(0xff, 0xff, 0x00, 0x5a);
    const part = fc.record({
      at: fc.oneof(fc.nat(40), fc.nat(2100)),
      bytes: fc.array(value, { minLength: 1, maxLength: 12 }),
    });
    const geometry = { ...nrf, blockLength: 512 };
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.boolean(), (parts, isCut) => {
        const told = new Map<number, number>();
        let isTwofold = false;
        for (const { at, bytes } of parts) {
          for (const [index, byte] of bytes.entries()) {
            isTwofold ||= (told.get(at + index) ?? byte) !== byte;
            told.set(at + index, byte);
          }
        }
        const hex = file(parts.map(({ at, bytes }) => data(at, Uint8Array.from(bytes))));
        const rig = new Rig(usedFlash(geometry));
        if (isCut) cutAt(rig, hex);
        let code: string | undefined;
        try {
          rig.run(hex);
        } catch (error) {
          assert.ok(error instanceof Failure);
          code = error.code;
        }
        if (isTwofold) assert.ok(code === "SLOT_OVERLAP" || code === "SLOT_ORDER", code);
        else if (code === undefined) {
          for (const [at, byte] of told) assert.equal(rig.flash.bytes[at], byte);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("names the windows that are allowed, and what such a file usually is", () => {
    const bytes = slotLayout(nrf).imageMaxBytes;
    for (const address of [0xf000, 0x10000 + bytes, 0x20000]) {
      const records = [
        hexRecord({ type: 4, offset: 0, data: [0, address >> 16] }),
        data(address & 0xffff, body(4)),
      ];
      const hex = `${records.join("\n")}\n:00000001FF\n`;
      assert.throws(
        () => run(hex),
        (error: Failure) =>
          /allowed 0x10000 to 0x1[0-9a-f]+, or from 0x80000 on: a merged/.test(error.detail),
      );
    }
  });

  it("refuses to come back to a unit that is programmed", () => {
    const hex = (offset: number): string =>
      records([
        [0, [1, 2]],
        [0x2000, [3]],
        [offset, [4]],
      ]);
    assert.equal(
      codeOf(() => run(hex(2))),
      "SLOT_ORDER",
    );
    const { flash, progress } = run(hex(4));
    assertSlot(
      flash,
      progress,
      new Map([
        [0, 1],
        [1, 2],
        [4, 4],
        [0x2000, 3],
      ]),
    );
  });

  for (const [name, boardCrc32] of [
    ["by words", undefined],
    ["by the board's CRC", crc32],
  ] as const) {
    it(`names a page that does not erase, and one that does not take what is written, ${name}`, () => {
      const hex = toHex(body(9000), { address: addresses.primary });
      const bad = usedFlash(nrf);
      bad.faults = { deadPage: 1 };
      assert.equal(
        codeOf(() => new Rig(bad, boardCrc32).run(hex)),
        "FLASH_ERASE",
      );
      const stuckHigh = usedFlash(nrf);
      const offset = body(9000).findIndex((byte, at) => at > 4096 && (byte & 1) === 0);
      stuckHigh.faults = { stuck: { offset, mask: 1, value: 1 } };
      assert.equal(
        codeOf(() => new Rig(stuckHigh, boardCrc32).run(hex)),
        "FLASH_WRITE",
      );
      const stuckLow = usedFlash(nrf);
      stuckLow.faults = { stuck: { offset: 5000, mask: 1, value: 0 } };
      assert.equal(
        codeOf(() => new Rig(stuckLow, boardCrc32).run(hex)),
        "FLASH_ERASE",
      );
    });
  }

  it("says the same of a slot by the board's CRC as by its own", () => {
    const hex = toHex(body(9000), { address: addresses.primary });
    const flash = usedFlash(nrf);
    let bytes = 0;
    const boardCrc32: Crc32 = (crc, piece, start, end) => {
      bytes += end - start;
      return crc32(crc, piece, start, end);
    };
    const progress = new Rig(flash, boardCrc32).run(hex);
    assert.deepEqual(progress, run(hex).progress);
    assert.ok(bytes > 2 * 9000, `${bytes} bytes`);
  });

  it("clears the trailer before it erases the first page", () => {
    const flash = usedFlash(nrf);
    const last = nrf.byteLength / nrf.blockLength - 1;
    flash.cutPower({ operation: 1, when: "after" });
    assert.throws(() => new Rig(flash).run(toHex(body(100), { address: 0x10000 })), PowerCut);
    assert.deepEqual(flash.counts().erases.indexOf(1), last);
  });
});

describe("SlotWriter over power cuts", () => {
  const inOrder = (geometry: FlashGeometry): string =>
    toHex(body(2 * geometry.blockLength + 300), { address: addresses.primary, recordBytes: 61 });
  const outOfOrder = (geometry: FlashGeometry): string =>
    records([
      [0, body(200)],
      [2 * geometry.blockLength, body(90)],
      [512 - 64, body(64, 4)],
      [4 * geometry.blockLength + 32, body(50)],
      [2 * geometry.blockLength + 128, body(32)],
    ]);

  for (const [name, hexOf] of [
    ["in order", inOrder],
    ["out of order", outOfOrder],
  ] as const) {
    it(`ends with the same slot wherever the power is cut once, records ${name}`, () => {
      for (const geometry of geometries) {
        const hex = hexOf(geometry);
        const clean = run(hex, geometry);
        const operations = clean.flash.counts().operations;
        for (let operation = 1; operation <= operations; operation++) {
          for (const plan of [
            { operation, when: "before" },
            { operation, when: "inside" },
            { operation, when: "inside", tornBytes: 1 },
            { operation, when: "after" },
          ] as CutPlan[]) {
            const flash = usedFlash(geometry);
            const rig = new Rig(flash);
            flash.cutPower(plan);
            assert.throws(() => rig.run(hex), PowerCut);
            flash.powerOn();
            const progress = rig.run(hex);
            const said = `${geometry.blockLength}: ${JSON.stringify(plan)}`;
            assert.ok(Buffer.from(flash.bytes).equals(clean.flash.bytes), said);
            assert.deepEqual(progress, clean.progress, said);
            // At most the page that the cut fell on once more, except where it starts over.
            const extra = flash.counts().operations - operations;
            if (name === "in order") assert.ok(extra <= 2, `${said}: ${extra} operations more`);
          }
        }
      }
    });
  }

  it("survives a cut at every third operation in a row", () => {
    const hex = inOrder(nrf);
    const clean = run(hex);
    const flash = usedFlash(nrf);
    const rig = new Rig(flash);
    let cuts = 0;
    for (let done = false; !done; ) {
      flash.powerOn();
      flash.cutPower({ operation: flash.counts().operations + 3, when: "inside" });
      try {
        rig.run(hex);
        done = true;
      } catch (error) {
        assert.ok(error instanceof PowerCut, String(error));
        cuts += 1;
      }
      assert.ok(cuts < 20);
    }
    assert.ok(cuts >= 2, `${cuts} cuts`);
    assert.ok(Buffer.from(flash.bytes).equals(clean.flash.bytes));
  });
});

describe("slotLayout", () => {
  const layout = (byteLength: number, blockLength = 4096, writeAlign = 4) =>
    slotLayout({ byteLength, blockLength, writeAlign, eraseValue: 0xff });

  it("has MCUboot's largest image for the usual slots (move and offset modes)", () => {
    assert.equal(layout(0x76000).imageMaxBytes, 475136);
    assert.equal(layout(0x40000).imageMaxBytes, 253952);
    assert.deepEqual(layout(0x70000), { trailerOffset: 454656, imageMaxBytes: 450560 });
  });

  it("grows the trailer with the write block", () => {
    // 128 * 32 * 3 + 4 * 32 + 32 = 12448 bytes: 4 pages of 4096.
    assert.equal(layout(0x40000, 4096, 32).trailerOffset, 0x40000 - 4 * 4096);
    // 128 * 1 * 3 + 4 * 8 + 16 = 432 bytes: one page of 512.
    assert.equal(layout(0x10000, 512, 1).trailerOffset, 0x10000 - 512);
    // 128 * 1 * 3 + 48 = 432 and 128 * 2 * 3 + 48 = 816: two of them.
    assert.equal(layout(0x10000, 512, 2).trailerOffset, 0x10000 - 1024);
  });

  it("grows the trailer with the pages of a slot of more than 128", () => {
    // 3 * 4 * 128 + 48 = 1584 bytes, and 3 * 4 * 129 + 48 = 1596: both in a page of 4096.
    assert.equal(layout(128 * 512, 512).trailerOffset, 128 * 512 - 4 * 512);
    // 3 * 4 * 200 + 48 = 2448: five pages of 512 and not four; 3 * 4 * 256 + 48 = 3120: seven.
    assert.equal(layout(200 * 512, 512).trailerOffset, 200 * 512 - 5 * 512);
    assert.equal(layout(256 * 512, 512).trailerOffset, 256 * 512 - 7 * 512);
    // 3 * 32 * 256 + 160 = 24736: seven of 4096.
    assert.equal(layout(256 * 4096, 4096, 32).trailerOffset, 256 * 4096 - 7 * 4096);
  });

  it("leaves all of a slot without a trailer to the image", () => {
    const byteLength = 0x1e8000;
    const whole = { byteLength, blockLength: 4096, writeAlign: 4, eraseValue: 0xff };
    const expected = { trailerOffset: byteLength, imageMaxBytes: byteLength };
    assert.deepEqual(slotLayout({ ...whole, hasTrailer: false }), expected);
    assert.ok(slotLayout(whole).imageMaxBytes < byteLength);
  });

  it("asserts a geometry that the client can use", () => {
    assert.throws(() => layout(0x40000, 16384), /page buffer|buffers/);
    assert.throws(() => layout(0x40001), /whole pages/);
    assert.throws(() => layout(513 * 512, 512), /bitmap/);
    assert.throws(() => layout(0x40000, 4096, 3), /write block/);
    assert.throws(() => layout(4096), /trailer/);
  });
});
