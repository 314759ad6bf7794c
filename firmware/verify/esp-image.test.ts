import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { NorFlash } from "../../hw-test/model/nor-flash.ts";
import { makeEspImage, readEspImage } from "../../tools/image/esp-image.ts";
import { makeImage } from "../../tools/image/mcuboot.ts";
import { versionText } from "../version-number.ts";
import { espFormat } from "./esp-image.ts";
import { hexText } from "./identity.ts";
import { mcubootFormat } from "./mcuboot-format.ts";

const geometry = { byteLength: 0x4000, blockLength: 1024, writeAlign: 4, eraseValue: 0xff };
const body = Uint8Array.from({ length: 3001 }, (_, at) => (at * 7) & 0xff);
const image = makeEspImage({ body, version: "1.2.3+4", securityCounter: 5 });

function read(bytes: Uint8Array, end = geometry.byteLength) {
  return espFormat.readImage(new NorFlash(geometry, bytes), end);
}

describe("an ESP-IDF image", () => {
  it("has its version, counter and digest told, up to its last byte", () => {
    const found = read(image);
    assert.ok("digests" in found);
    assert.equal(versionText(found.version), "1.2.3+4");
    assert.equal(found.securityCounter, 5);
    assert.equal(found.end, image.byteLength);
    const digest = createHash("sha256").update(image.subarray(0, found.hashedBytes)).digest("hex");
    assert.deepEqual(found.digests.map(hexText), [digest]);
    assert.equal(
      versionText(espFormat.readVersion(new NorFlash(geometry, image)) ?? fail()),
      "1.2.3+4",
    );
  });

  it("has no counter where the project has none", () => {
    const found = read(makeEspImage({ body, version: "1.0.0" }));
    assert.ok("digests" in found);
    assert.equal(found.securityCounter, undefined);
  });

  const faults: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["without a SHA-256", makeEspImage({ body, version: "1.0.0", hasDigest: false }), /SHA-256/],
    ["with no segment", changed(1, 0), /0 segments/],
    ["with too many segments", changed(1, 17), /17 segments/],
    ["with an odd segment", changed(28, 1), /segment 0 of 257/],
    ["with a short first segment", changed(29, 0), /descriptor/],
    ["with a segment beyond the slot", changed(31, 0x7f), /segment 1 is not there/],
    ["without a descriptor", changed(32, 0), /descriptor/],
    ["with a version of another form", changed(48, 0x76), /version/],
  ];
  for (const [name, bytes, words] of faults) {
    it(`is refused ${name}`, () => {
      const found = read(bytes);
      assert.ok("fault" in found && !found.absent);
      assert.match(found.fault, words);
    });
  }

  it("is not there in an erased slot, nor taken for one of MCUboot's, nor the other way round", () => {
    const mcuboot = makeImage({ body, version: "1.0.0" });
    for (const bytes of [new Uint8Array(0), mcuboot]) {
      const found = read(bytes);
      assert.ok("fault" in found && found.absent);
    }
    const other = mcubootFormat.readImage(new NorFlash(geometry, image), geometry.byteLength);
    assert.ok("fault" in other && other.absent);
  });

  it("must end in the slot", () => {
    const found = read(image, image.byteLength - 1);
    assert.ok("fault" in found);
    assert.ok("digests" in read(image, image.byteLength));
  });

  it("is read as by another reader, whatever a few bytes of its head are", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 2 }), (changes) => {
        const bytes = image.slice();
        for (const [at, value] of changes) bytes[at] = value;
        const found = read(bytes);
        const slot = new NorFlash(geometry, bytes).bytes;
        const other = readEspImage(slot);
        if (!("digests" in found)) {
          // The other one wants a body, which is what runs here.
          assert.equal(other, undefined);
          return;
        }
        if (other === undefined) return;
        taken += 1;
        assert.equal(versionText(found.version), other.version);
        assert.equal(found.end, other.byteLength);
        assert.equal(found.digests.map(hexText)[0], other.digest);
      }),
      { numRuns: 2000 },
    );
    assert.ok(taken > 100, `${taken} taken`);
  });
});

function changed(at: number, value: number): Uint8Array {
  const bytes = image.slice();
  bytes[at] = value;
  return bytes;
}

function fail(): never {
  throw new Error("no version");
}
