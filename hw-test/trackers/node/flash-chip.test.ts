import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { partitions } from "../../../tools/image/memory-map.ts";
import { NorFlash } from "../../model/nor-flash.ts";
import { FlashFile } from "../virtual/flash-file.ts";
import { FlashChip, openGate } from "./flash-chip.ts";

const folder = mkdtempSync(join(tmpdir(), "flash-chip-"));
const path = join(folder, "flash.bin");
after(() => rmSync(folder, { recursive: true }));

const write = fc.record({
  at: fc.nat(4 * 4096 + 64),
  bytes: fc.uint8Array({ maxLength: 64 }),
});
const operation = fc.oneof(write, fc.record({ page: fc.integer({ min: -1, max: 4 }) }));

describe("the flash in a file", () => {
  it("does and refuses what the model of NOR flash does, and the file follows", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        FlashFile.create(path);
        const chip = new FlashChip(path, openGate);
        const { offset, byteLength } = partitions["image-1"];
        const part = chip.part("image-1");
        const model = new NorFlash(part.geometry);
        for (const one of operations) {
          const [ours, theirs] = [part, model].map((flash) => outcome(flash, one));
          // The chip programs over what only clears bits, as the C board's does; the model does not.
          if (ours !== theirs) assert.ok("at" in one && theirs === "refused");
          if (ours !== theirs && "at" in one) model.bytes.set(one.bytes, one.at);
          assert.ok(Buffer.compare(part.nor.bytes, model.bytes) === 0);
        }
        chip.close();
        const file = readFileSync(path).subarray(offset, offset + byteLength);
        assert.ok(Buffer.compare(file, model.bytes) === 0);
      }),
      { numRuns: 100 },
    );
  });

  it("never sets a bit by writing", () => {
    FlashFile.create(path);
    const chip = new FlashChip(path, openGate);
    const part = chip.part("image-0");
    part.write(Buffer.from([0xf0, 0, 0, 0]), 0);
    part.write(Buffer.from([0x30, 0, 0, 0]), 0);
    assert.throws(() => part.write(Buffer.from([0x31, 0, 0, 0]), 0), /not erased/);
    assert.equal(part.nor.bytes[0], 0x30);
    part.eraseBlock(0);
    assert.equal(part.nor.bytes[0], 0xff);
    chip.close();
  });
});

type Writable = Pick<NorFlash, "write" | "eraseBlock">;

function outcome(
  flash: Writable,
  operation: { at: number; bytes: Uint8Array } | { page: number },
): "done" | "refused" {
  try {
    if ("page" in operation) flash.eraseBlock(operation.page);
    else flash.write(operation.bytes, operation.at);
    return "done";
  } catch (error) {
    assert.ok(error instanceof RangeError, String(error));
    return "refused";
  }
}
