import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type ReleaseStatement, releaseBytes } from "./release.ts";

/** The same by Node's own encoders, as the document says it. */
function oracle(release: ReleaseStatement): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value, "utf8");
    const head = Buffer.alloc(2);
    head.writeUInt16BE(bytes.byteLength);
    return Buffer.concat([head, bytes]);
  };
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  return Buffer.concat([
    Buffer.from("tracker-fota release 1\n", "ascii"),
    text(release.hardware),
    text(release.version),
    number(release.securityCounter),
    number(release.imageSize),
    release.sha256,
    number(release.expires),
  ]);
}

const word = fc.string({ unit: "grapheme", maxLength: 128 });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const release: fc.Arbitrary<ReleaseStatement> = fc.record({
  hardware: word,
  version: word,
  securityCounter: uint32,
  imageSize: uint32,
  sha256: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  expires: uint32,
});

describe("releaseBytes", () => {
  it("is what the document says, by other encoders", () => {
    fc.assert(
      fc.property(release, (one) => {
        assert.deepEqual(Buffer.from(releaseBytes(one)), oracle(one));
      }),
    );
  });

  it("never has the same bytes for two releases", () => {
    fc.assert(
      fc.property(release, release, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        assert.notDeepEqual(releaseBytes(one), releaseBytes(other));
      }),
    );
    const shifted = { securityCounter: 0, imageSize: 1, sha256: new Uint8Array(32), expires: 0 };
    assert.notDeepEqual(
      releaseBytes({ ...shifted, hardware: "a", version: "b1" }),
      releaseBytes({ ...shifted, hardware: "ab", version: "1" }),
    );
  });
});
