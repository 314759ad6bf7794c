import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import MemoryMap from "nrf-intel-hex";
import { toHex } from "./hex.ts";
import { makeImage, readImage } from "./mcuboot.ts";

const body = Uint8Array.from({ length: 100 }, (_, i) => i);

describe("makeImage", () => {
  it("lays the header out as bootutil/image.h has it", () => {
    const image = Buffer.from(makeImage({ body, version: "1.2.772+5" }));
    const header = "3db8f396 00000000 2000 0000 64000000 00000000 01 02 0403 05000000 00000000";
    assert.equal(image.subarray(0, 32).toString("hex"), header.replaceAll(" ", ""));
    assert.deepEqual(new Uint8Array(image.subarray(32, 132)), body);
    const digest = createHash("sha256").update(image.subarray(0, 132)).digest("hex");
    assert.equal(image.subarray(132).toString("hex"), `0769280010002000${digest}`);
  });

  it("pads a longer header with 0xFF", () => {
    const image = makeImage({ body, version: "1.0.0", headerBytes: 512 });
    assert.ok(image.subarray(32, 512).every((byte) => byte === 0xff));
    assert.deepEqual(image.subarray(512, 612), body);
  });

  it("puts the security counter into a protected area that the digest covers", () => {
    const image = Buffer.from(makeImage({ body, version: "1.0.0", securityCounter: 0x01020304 }));
    assert.equal(image.readUInt16LE(10), 12);
    assert.equal(image.subarray(132, 144).toString("hex"), "08690c005000040004030201");
    const digest = createHash("sha256").update(image.subarray(0, 144)).digest("hex");
    assert.equal(image.subarray(144).toString("hex"), `0769280010002000${digest}`);
    assert.equal(readImage(image)?.digestOk, true);
  });

  it("carries a signature over the digest, and whose it is", () => {
    const keyHash = new Uint8Array(32).fill(0xaa);
    let asked = "";
    const sign = (hashed: Uint8Array) => {
      asked = createHash("sha256").update(hashed).digest("hex");
      return { keyHash, ecdsa: Uint8Array.from([0x30, 0x01, 0x02]) };
    };
    const image = Buffer.from(makeImage({ body, version: "1.0.0", sign }));
    const tlvs = image.subarray(132).toString("hex");
    assert.equal(tlvs, `0769530010002000${asked}01002000${"aa".repeat(32)}22000300300102`);
    assert.equal(readImage(image)?.digestOk, true);
  });

  it("refuses a version or header size that MCUboot has not", () => {
    assert.throws(() => makeImage({ body, version: "1.2" }), RangeError);
    assert.throws(() => makeImage({ body, version: "1.2.3", headerBytes: 16 }), RangeError);
    assert.throws(() => makeImage({ body, version: "1.2.3", headerBytes: 33 }), RangeError);
  });
});

describe("readImage", () => {
  it("reads back what was made, at the start of a slot too", () => {
    const image = makeImage({ body, version: "1.2.3+4", headerBytes: 64 });
    const slot = new Uint8Array(4096).fill(0xff);
    slot.set(image);
    for (const bytes of [image, slot]) {
      const read = readImage(bytes);
      assert.deepEqual(read, {
        version: "1.2.3+4",
        headerBytes: 64,
        flags: 0,
        body,
        byteLength: image.byteLength,
        digestOk: true,
      });
    }
  });

  it("sees every flipped bit of what the digest covers, and of the digest", () => {
    const image = makeImage({ body, version: "1.2.3" });
    for (let at = 0; at < image.byteLength; at++) {
      const damaged = image.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      assert.notEqual(readImage(damaged)?.digestOk, true, `byte ${at}`);
    }
  });

  it("finds no image in less than one", () => {
    const image = makeImage({ body, version: "1.2.3" });
    for (let end = 0; end < image.byteLength; end++) {
      assert.equal(readImage(image.subarray(0, end)), undefined, `${end} bytes`);
    }
  });
});

describe("toHex", () => {
  it("writes records of the size asked for, LF, and no record across 64 KB", () => {
    assert.equal(
      toHex(Uint8Array.from([1, 2, 3]), { address: 0x1fffe, recordBytes: 16 }),
      ":020000040001F9\n:02FFFE000102FE\n:020000040002F8\n:0100000003FC\n:00000001FF\n",
    );
  });

  it("is read by nrf-intel-hex", () => {
    for (const recordBytes of [1, 16, 255]) {
      const map = MemoryMap.fromHex(toHex(body, { address: 0x7ffc, recordBytes }).trim());
      assert.deepEqual([...map], [[0x7ffc, body]]);
    }
  });
});
