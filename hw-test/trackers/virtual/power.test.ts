import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseFault } from "./faults.ts";
import { addCounts, FlashMeter } from "./flash-meter.ts";
import { LinkError } from "./link.ts";
import { type FlashOperation, PowerSwitch, parseFlashOperation, powerCutsOf } from "./power.ts";

const write: FlashOperation = { kind: "write", address: 0x80000, byteLength: 256 };

describe("PowerSwitch", () => {
  it("cuts before or half-way through the operation that a fault names", () => {
    const power = new PowerSwitch(
      powerCutsOf(["power@flash:2", "bad-image", "power@flash:4:torn"].map(parseFault)),
    );
    const answers = [1, 2, 3, 4, 5].map(() => power.judge(write));
    assert.deepEqual(
      answers.map(({ payload }) => payload.toString("hex")),
      ["0000000000", "0100000000", "0000000000", "0280000000", "0000000000"],
    );
    assert.deepEqual(
      answers.map(({ extent }) => extent),
      ["all", "none", "all", "part", "all"],
    );
    assert.equal(power.operations, 5);
  });

  it("cuts after an operation, or at a byte of it", () => {
    const power = new PowerSwitch([{ operation: 1, when: "after" }]);
    power.add({ operation: 2, when: "inside", doneBytes: 3 });
    const first = power.judge(write);
    assert.deepEqual([first.payload.toString("hex"), first.extent], ["0300000000", "all"]);
    assert.equal(power.judge(write).payload.toString("hex"), "0203000000");
  });
});

describe("parseFlashOperation", () => {
  it("reads FLASH_OP and refuses what is none", () => {
    const erase = Buffer.from("010000080000100000", "hex");
    assert.deepEqual(parseFlashOperation(erase), {
      kind: "erase",
      address: 0x80000,
      byteLength: 4096,
    });
    assert.equal(parseFlashOperation(Buffer.from("020000080000100000", "hex")).kind, "write");
    for (const hex of [
      "",
      "030000080000100000",
      "01000008000010000000",
      "0100000800001000",
      "0101f00f0000100000",
    ]) {
      assert.throws(() => parseFlashOperation(Buffer.from(hex, "hex")), LinkError);
    }
  });
});

describe("FlashMeter", () => {
  it("counts by page, partition and in all", () => {
    const meter = new FlashMeter();
    meter.count({ kind: "erase", address: 0x80000, byteLength: 4096 });
    meter.count({ kind: "erase", address: 0x81000, byteLength: 4096 });
    meter.count({ kind: "erase", address: 0x81000, byteLength: 4096 });
    meter.count(write);
    meter.count({ kind: "write", address: 0xffff0, byteLength: 16 });
    assert.deepEqual(meter.total("image-1"), {
      erases: 3,
      writes: 1,
      bytesWritten: 256,
      maxErasesPerPage: 2,
    });
    assert.deepEqual(meter.total("storage"), {
      erases: 0,
      writes: 1,
      bytesWritten: 16,
      maxErasesPerPage: 0,
    });
    assert.deepEqual(meter.total(), {
      erases: 3,
      writes: 2,
      bytesWritten: 272,
      maxErasesPerPage: 2,
    });
    const perPage = meter.erasesPerPage("image-1");
    assert.deepEqual([perPage.length, ...perPage.slice(0, 3)], [112, 1, 2, 0]);
    assert.deepEqual(addCounts(meter.total("image-1"), meter.total("storage")), meter.total());
  });
});
