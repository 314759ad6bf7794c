import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import { isConfirmed, readSlot } from "../slot-contents.ts";
import { FlashFile } from "./flash-file.ts";

const folder = mkdtempSync(join(tmpdir(), "flash-file-"));
after(() => rmSync(folder, { recursive: true }));

/** A 4-byte body "JS\0\1" with version 1.2.3+4, byte by byte; the digest is over the first 36. */
const literalImage = Buffer.from(
  "3db8f396" + // magic
    "00000000" + // load address
    "2000" + // header size
    "0000" + // protected TLV size
    "04000000" + // image size
    "00000000" + // flags
    "0102030004000000" + // version 1.2.3+4
    "00000000" + // pad
    "4a530001" + // body
    "0769" + // TLV info magic
    "2800" + // TLV area size: 40
    "1000" + // type SHA-256
    "2000" + // length 32
    "3a741bb41047687a96c92e6346f3979ca5f04d1e89223ed03a116f899a781d8a",
  "hex",
);

function slotWith(image: Uint8Array, trailer: Record<number, string>): Uint8Array {
  const slot = new Uint8Array(0x70000).fill(0xff);
  slot.set(image);
  for (const [fromEnd, hex] of Object.entries(trailer)) {
    slot.set(Buffer.from(hex, "hex"), slot.byteLength - Number(fromEnd));
  }
  return slot;
}

const GOOD_MAGIC = "77c295f360d2ef7f3552500f2cb67980";
const nothing = new Uint8Array();

describe("FlashFile", () => {
  it("is created erased and keeps what a partition is given", () => {
    const flash = FlashFile.create(join(folder, "new.bin"));
    assert.ok(flash.read().every((byte) => byte === 0xff));
    assert.equal(flash.read().byteLength, 0x100000);
    flash.write("image-0", Buffer.from("first, and longer"));
    flash.write("image-0", Buffer.from("second"));
    const bytes = FlashFile.open(flash.path).read();
    assert.equal(bytes.toString("latin1", 0x10000, 0x10008), "second\xff\xff");
    assert.deepEqual(flash.read("image-0"), bytes.subarray(0x10000, 0x80000));
    assert.equal(bytes.byteLength, 0x100000);
    flash.writeAll(Buffer.alloc(0x100000, 0x5a));
    assert.ok(flash.read("storage").every((byte) => byte === 0x5a));
  });

  it("refuses what is no flash image or does not fit", () => {
    const path = join(folder, "short.bin");
    writeFileSync(path, "short");
    assert.throws(() => FlashFile.open(path), /5 bytes, a flash image has 1048576/);
    assert.throws(() => FlashFile.open(join(folder, "none")), UsageError);
    const flash = FlashFile.create(path);
    assert.throws(() => flash.write("image-1", Buffer.alloc(0x70001)), /do not fit image-1/);
    assert.throws(() => flash.writeAll(Buffer.alloc(1)), /not a whole flash/);
  });
});

describe("readSlot", () => {
  it("reads the image from literal bytes", () => {
    const { image } = readSlot(slotWith(literalImage, {}));
    assert.ok(image);
    assert.equal(image.version, "1.2.3+4");
    assert.equal(image.headerBytes, 32);
    assert.deepEqual([...image.body], [0x4a, 0x53, 0, 1]);
    assert.equal(image.byteLength, literalImage.byteLength);
    assert.equal(image.digestOk, true);
    const damaged = Buffer.from(literalImage);
    damaged[32] = 0x4b;
    assert.equal(readSlot(slotWith(damaged, {})).image?.digestOk, false);
  });

  it("finds no image in an erased slot", () => {
    const { image, trailer } = readSlot(slotWith(nothing, {}));
    assert.equal(image, undefined);
    assert.deepEqual(trailer, {
      magic: "unset",
      imageOk: "unset",
      copyDone: "unset",
      swapType: "unset",
    });
  });

  it("reads a requested test swap, and a torn request", () => {
    const requested = slotWith(nothing, { 40: "02ffffff", 16: GOOD_MAGIC });
    assert.deepEqual(readSlot(requested).trailer, {
      magic: "good",
      imageOk: "unset",
      copyDone: "unset",
      swapType: "test",
    });
    const torn = slotWith(nothing, { 40: "02ffffff", 16: GOOD_MAGIC.slice(0, 16) });
    assert.equal(readSlot(torn).trailer.magic, "bad");
  });

  it("reads every swap type, and flags that are neither set nor erased", () => {
    const types = ["01", "02", "03", "04", "00", "05", "12"].map(
      (byte) => readSlot(slotWith(nothing, { 40: byte })).trailer.swapType,
    );
    assert.deepEqual(types, ["none", "test", "permanent", "revert", "bad", "bad", "bad"]);
    const { trailer } = readSlot(slotWith(nothing, { 32: "01", 24: "00" }));
    assert.deepEqual([trailer.copyDone, trailer.imageOk], ["set", "bad"]);
  });

  it("knows a confirmed primary", () => {
    const confirmed = (trailer: Record<number, string>) =>
      isConfirmed(readSlot(slotWith(literalImage, trailer)));
    assert.equal(confirmed({}), true);
    assert.equal(confirmed({ 16: GOOD_MAGIC, 32: "01" }), false);
    assert.equal(confirmed({ 16: GOOD_MAGIC, 32: "01", 24: "00" }), false);
    assert.equal(confirmed({ 16: GOOD_MAGIC, 32: "01", 24: "01" }), true);
  });
});
