import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { dissect } from "./anatomy.ts";
import { makeImage, readImage } from "./mcuboot.ts";

const body = Uint8Array.from({ length: 200 }, (_, i) => i);
const sign = () => ({ keyHash: new Uint8Array(32), ecdsa: new Uint8Array(70).fill(1) });
const image = makeImage({ body, version: "1.2.3+4", headerBytes: 64, securityCounter: 9, sign });

describe("dissect", () => {
  it("finds nothing wrong with a sound image, whatever lies behind it", () => {
    const slot = new Uint8Array(1000).fill(0xff);
    slot.set(image);
    for (const bytes of [image, slot]) {
      const { header, entries, end, fault } = dissect(bytes);
      assert.equal(fault, undefined);
      assert.equal(end, image.length);
      assert.equal(header?.version, "1.2.3+4");
      const told = entries.map(({ type, isProtected }) => [type, isProtected]);
      assert.deepEqual(told, [
        [0x50, true],
        [0x10, false],
        [0x01, false],
        [0x22, false],
      ]);
    }
  });

  it("says where it ends too early, at every length", () => {
    for (let length = 0; length < image.length; length++) {
      assert.equal(dissect(image.subarray(0, length)).fault?.offset, length);
    }
  });

  it("says no where readImage does, and yes where it does, for any damage", () => {
    const flips = fc.array(fc.tuple(fc.nat(image.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(flips, (changes) => {
        const damaged = image.slice();
        for (const [at, bits] of changes) damaged[at] = (damaged[at] ?? 0) ^ bits;
        const isSound = readImage(damaged)?.digestOk === true;
        const { fault } = dissect(damaged);
        assert.equal(fault === undefined, isSound);
        if (fault !== undefined) assert.ok(fault.offset >= 0 && fault.offset <= damaged.length);
      }),
      { numRuns: 3000 },
    );
  });

  for (const [name, at, value, offset, said] of [
    ["magic", 0, 0x00, 0, /no MCUboot header/],
    ["header size", 8, 0x10, 8, /a header of 16 bytes/],
    ["body size", 13, 0xff, image.length, /promises a body/],
    ["protected size", 10, 0x10, 266, /by the header 16/],
    ["protected magic", 264, 0x00, 264, /no protected TLV area/],
    ["TLV magic", 276, 0x00, 276, /no TLV area/],
    ["TLV length", 282, 0xff, 282, /runs to/],
    ["TLV type", 280, 0x50, 280, /has to be in the protected area/],
    ["body", 100, 0xff, 284, /not that of bytes 0 to 276/],
  ] as const) {
    it(`tells the place of a wrong ${name}`, () => {
      const damaged = image.slice();
      damaged[at] = value;
      const { fault } = dissect(damaged);
      assert.match(fault?.said ?? "", said);
      assert.equal(fault?.offset, offset);
    });
  }
});
