import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NorFlash, PowerCut } from "./nor-flash.ts";

const geometry = { byteLength: 4096, blockLength: 512, writeAlign: 4, eraseValue: 0xff };
const four = Uint8Array.from([0x12, 0x34, 0x56, 0x78]);

function readAt(flash: NorFlash, offset: number, byteCount = 4): number[] {
  const into = new Uint8Array(byteCount);
  flash.read(into, offset);
  return [...into];
}

describe("NorFlash", () => {
  it("reads what was written, and erased bytes elsewhere", () => {
    const flash = new NorFlash(geometry);
    flash.write(four, 8);
    assert.deepEqual(readAt(flash, 6, 8), [0xff, 0xff, 0x12, 0x34, 0x56, 0x78, 0xff, 0xff]);
  });

  it("erases a whole page and no other", () => {
    const flash = new NorFlash(geometry, new Uint8Array(4096).fill(0xa5));
    flash.eraseBlock(1);
    assert.deepEqual(readAt(flash, 510, 4), [0xa5, 0xa5, 0xff, 0xff]);
    assert.deepEqual(readAt(flash, 1022, 4), [0xff, 0xff, 0xa5, 0xa5]);
  });

  it("refuses a write that is not aligned, not erased or out of bounds", () => {
    const flash = new NorFlash(geometry);
    assert.throws(() => flash.write(four, 2), RangeError);
    assert.throws(() => flash.write(four.subarray(0, 3), 0), RangeError);
    assert.throws(() => flash.write(four, 4096), RangeError);
    assert.throws(() => flash.eraseBlock(8), RangeError);
    assert.throws(() => flash.read(new Uint8Array(4), 4093), RangeError);
    flash.write(four, 0);
    assert.throws(() => flash.write(four, 0), RangeError);
  });

  it("counts what wears it", () => {
    const flash = new NorFlash(geometry);
    flash.eraseBlock(2);
    flash.eraseBlock(2);
    flash.write(four, 0);
    assert.deepEqual(flash.counts(), {
      erases: [0, 0, 2, 0, 0, 0, 0, 0],
      writes: 1,
      bytesWritten: 4,
      operations: 3,
    });
  });

  it("cuts the power before, inside or after an operation, and stays dead", () => {
    for (const [when, expected] of [
      ["before", [0xff, 0xff, 0xff, 0xff]],
      ["inside", [0x12, 0xff, 0xff, 0xff]],
      ["after", [0x12, 0x34, 0x56, 0x78]],
    ] as const) {
      const flash = new NorFlash(geometry);
      flash.eraseBlock(0);
      flash.cutPower({ operation: 2, when, tornBytes: 1 });
      assert.throws(() => flash.write(four, 0), PowerCut);
      assert.throws(() => readAt(flash, 0), PowerCut);
      assert.throws(() => flash.eraseBlock(0), PowerCut);
      flash.powerOn();
      assert.deepEqual(readAt(flash, 0), expected, when);
    }
  });

  it("tears an erase in the middle of the page", () => {
    const flash = new NorFlash(geometry, new Uint8Array(4096).fill(0));
    flash.cutPower({ operation: 1, when: "inside" });
    assert.throws(() => flash.eraseBlock(0), PowerCut);
    flash.powerOn();
    assert.deepEqual(readAt(flash, 254), [0xff, 0xff, 0, 0]);
  });

  it("has bits that stick and pages that do not erase", () => {
    const flash = new NorFlash(geometry, new Uint8Array(4096).fill(0));
    flash.faults = { stuck: { offset: 1, mask: 0x01, value: 0 }, deadPage: 3 };
    flash.eraseBlock(0);
    assert.deepEqual(readAt(flash, 0, 3), [0xff, 0xfe, 0xff]);
    flash.eraseBlock(3);
    assert.deepEqual(readAt(flash, 3 * 512, 1), [0]);
  });

  it("sets bits where an erased byte is 0x00", () => {
    const flash = new NorFlash({ ...geometry, eraseValue: 0 });
    flash.write(four, 0);
    assert.deepEqual(readAt(flash, 0), [...four]);
    assert.throws(() => flash.write(four, 0), RangeError);
  });
});
