import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NorFlash } from "../../hw-test/model/nor-flash.ts";
import { slotLayout } from "../slot/layout.ts";
import { McubootBoot } from "./mcuboot.ts";
import { OffsetSlot } from "./offset-slot.ts";
import { readTrailer } from "./trailer.ts";

const geometry = { byteLength: 0x70000, blockLength: 4096, writeAlign: 4, eraseValue: 0xff };

function slots() {
  const primary = new NorFlash(geometry);
  const slot = new NorFlash(geometry);
  return { primary, slot, secondary: new OffsetSlot(slot) };
}

describe("OffsetSlot", () => {
  it("begins one page in and ends with the slot, trailer and all", () => {
    const { primary, slot, secondary } = slots();
    secondary.write(Uint8Array.of(1, 2, 3, 4), 8);
    assert.deepEqual([...slot.bytes.subarray(4096 + 8, 4096 + 12)], [1, 2, 3, 4]);
    const into = new Uint8Array(2);
    secondary.read(into, 9);
    assert.deepEqual([...into], [2, 3]);
    new McubootBoot({ primary, secondary }).requestTestSwap();
    assert.equal(readTrailer(slot).magic, "set");
    assert.equal(slotLayout(secondary.geometry).imageMaxBytes, 450560);
    assert.equal(slotLayout(geometry).imageMaxBytes, 450560);
  });

  it("erases the page before with its first one, unless that is blank", () => {
    const { slot, secondary } = slots();
    secondary.eraseBlock(0);
    assert.deepEqual(slot.counts().erases.slice(0, 3), [0, 1, 0]);
    slot.bytes[4095] = 0;
    secondary.eraseBlock(1);
    assert.deepEqual(slot.counts().erases.slice(0, 3), [0, 1, 1]);
    secondary.eraseBlock(0);
    assert.deepEqual(slot.counts().erases.slice(0, 3), [1, 2, 1]);
    assert.equal(slot.bytes[4095], 0xff);
  });

  it("is of one size with the primary slot, and no smaller one is", () => {
    const { primary, secondary } = slots();
    const smaller = new NorFlash({ ...geometry, byteLength: 0x6f000 });
    assert.doesNotThrow(() => new McubootBoot({ primary, secondary }));
    assert.throws(() => new McubootBoot({ primary, secondary: smaller }));
  });
});
