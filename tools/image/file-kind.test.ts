import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seemingKind } from "./file-kind.ts";
import { makeImage } from "./mcuboot.ts";

const image = makeImage({ body: Buffer.alloc(10), version: "1.0.0" });
const vectors = Buffer.alloc(64);
vectors.writeUInt32LE(0x20010000, 0);
vectors.writeUInt32LE(0x00000201, 4);

describe("seemingKind", () => {
  for (const [bytes, kind, about] of [
    ["", "empty", "an empty file"],
    [":00000001FF\n", "hex", "Intel HEX"],
    ["\r\n\n:00000001FF\n", "hex", "Intel HEX"],
    [image, "image", "an MCUboot image in binary"],
    [Buffer.alloc(0x100000, 0xff), "flash", "a flash dump"],
    ["TFP1....", "patch", "a patch"],
    ['{"operation": 1}', "json", "JSON"],
    ["\x7fELF\x01", "other", "an ELF program"],
    [Buffer.from("fffe3a003000", "hex"), "other", "text in UTF-16"],
    [Buffer.from("efbbbf3a3030", "hex"), "other", "text with a byte order mark"],
    ["version https://git-lfs.github.com/spec/v1\n", "other", "a Git LFS pointer"],
    ["<html>", "other", "a web page or XML"],
    ["S00600004844521B\n", "other", "Motorola S-records"],
    [vectors, "other", "a Cortex-M program in binary"],
    ["hello", "other", "text"],
    [Buffer.from("0001020304", "hex"), "other", "binary data of no known kind"],
  ] as const) {
    it(`knows ${about}`, () => {
      assert.deepEqual({ ...seemingKind(Buffer.from(bytes as string)) }.kind, kind);
      assert.equal(seemingKind(Buffer.from(bytes as string)).about, about);
    });
  }
});
