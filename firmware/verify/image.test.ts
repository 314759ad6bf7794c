import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { NorFlash } from "../../hw-test/model/nor-flash.ts";
import { makeImage, readImage } from "../../tools/image/mcuboot.ts";
import { Failure } from "../failure.ts";
import type { Digest } from "../ports/digest.ts";
import { crc32, pageCheck } from "./crc32.ts";
import { imageIdentity, runningVersion, runningVersionNumber } from "./identity.ts";
import { ImageCheck, type ImageCheckOptions } from "./image.ts";
import { mcubootFormat } from "./mcuboot-format.ts";

const geometry = { byteLength: 0x8000, blockLength: 1024, writeAlign: 4, eraseValue: 0xff };
const body = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const image = makeImage({ body, version: "1.2.3+4" });
/** SHA-256 TLV: info pair and entry pair before it. */
const tlvStart = image.byteLength - 40;

function newSha256(): Digest {
  const hash = createHash("sha256");
  return {
    update: (bytes) => void hash.update(bytes),
    finish: () => new Uint8Array(hash.digest()),
  };
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}

interface Slot {
  readonly flash: NorFlash;
  readonly slot: ImageCheckOptions["slot"];
}

/** As the slot writer leaves it: pages 0 to the last erased, gaps erased, old bytes behind. */
function written(bytes: Uint8Array, lowest = 0): Slot {
  const flash = new NorFlash(geometry, new Uint8Array(geometry.byteLength).fill(0xa5));
  const end = lowest + bytes.byteLength;
  const pages = Math.ceil(end / geometry.blockLength);
  const erased = new Uint8Array(4);
  let check = 0;
  flash.bytes.fill(0xff, 0, pages * geometry.blockLength);
  flash.bytes.set(bytes, lowest);
  for (let page = 0; page < pages; page++) {
    erased[page >> 3] = (erased[page >> 3] ?? 0) | (1 << (page & 7));
    const start = page * geometry.blockLength;
    check ^= pageCheck(page, flash.bytes.subarray(start, start + geometry.blockLength));
  }
  return { flash, slot: { erased, lowest, end, check: check >>> 0 } };
}

type Options = Partial<Omit<ImageCheckOptions, "flash" | "format" | "slot" | "newSha256">>;

function check({ flash, slot }: Slot, options: Options = {}): { pages: number; identity: string } {
  const imageCheck = new ImageCheck({
    flash,
    slot,
    format: mcubootFormat,
    newSha256,
    header: "required",
    promised: { version: "1.2.3" },
    ...options,
  });
  let pages = 0;
  while (imageCheck.step()) pages += 1;
  return { pages, identity: imageCheck.identity() };
}

function failureOf(slot: Slot, options?: Options): string {
  try {
    check(slot, options);
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error.code;
  }
  return "";
}

function damaged(change: (bytes: Buffer) => void): Slot {
  const bytes = Buffer.from(image);
  change(bytes);
  return written(bytes);
}

/** The image with more entries, in hex digits, behind its digest. */
function withTlvs(...entries: readonly string[]): Uint8Array {
  const longer = Buffer.concat([image, Buffer.from(entries.join(""), "hex")]);
  longer.writeUInt16LE(longer.byteLength - tlvStart, tlvStart + 2);
  return new Uint8Array(longer);
}

describe("ImageCheck", () => {
  it("passes a sound image, a page a step, and tells which it is", () => {
    const slot = written(image);
    const { pages, identity } = check(slot, {
      promised: {
        version: "1.2.3",
        crc32: crc32(0, image, 0, image.byteLength),
        sha256: sha256(image),
        imageSize: image.byteLength,
      },
    });
    assert.equal(pages, 5);
    assert.equal(identity, Buffer.from(image.subarray(-32)).toString("hex"));
    assert.equal(identity, imageIdentity(slot.flash, mcubootFormat));
    assert.equal(slot.flash.counts().operations, 0);
  });

  it("sees any byte of a written page that changed after it was handed to flash", () => {
    const all = { header: "optional" } as const;
    for (const offset of [0, 31, 1023, 1024, 4000, image.byteLength - 1, 5 * 1024 - 1]) {
      const slot = written(image);
      slot.flash.bytes[offset] = (slot.flash.bytes[offset] ?? 0) ^ 0x40;
      assert.equal(failureOf(slot, all), "READ_BACK", `offset ${offset}`);
    }
  });

  it("holds size, CRC and digest against the job, gaps and a start inside a page included", () => {
    const data = Uint8Array.from({ length: 1500 }, (_, i) =>
      i < 300 || i > 1400 ? i & 0xff : 0xff,
    );
    const slot = written(data, 700);
    const promise = (promised: object): string =>
      failureOf(slot, { header: "optional", promised: { version: "x", ...promised } });
    const crc = crc32(0, data, 0, data.byteLength);
    assert.equal(promise({ crc32: crc, sha256: sha256(data), imageSize: 1500 }), "");
    assert.equal(promise({ crc32: (crc ^ 1) >>> 0 }), "IMAGE_CRC");
    assert.equal(promise({ crc32: crc, imageSize: 1501 }), "IMAGE_SIZE");
    const other = sha256(data);
    other[31] = (other[31] ?? 0) ^ 1;
    assert.equal(promise({ sha256: other }), "IMAGE_SHA256");
    assert.equal(promise({ sha256: other.subarray(0, 31) }), "IMAGE_SHA256");
  });

  it("finds the image's own digest wrong when anything it covers is", () => {
    for (const at of [4, 20 + 8, 32, 3000, tlvStart - 1, image.byteLength - 1]) {
      const slot = damaged((bytes) => bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at));
      assert.equal(failureOf(slot), "IMAGE_SHA256", `byte ${at}`);
    }
  });

  it("finds a header or TLV area unsound, whatever the policy", () => {
    const cases: [name: string, change: (bytes: Buffer) => void][] = [
      ["header size below 32", (bytes) => bytes.writeUInt16LE(31, 8)],
      ["body beyond the image", (bytes) => bytes.writeUInt32LE(0x7000, 12)],
      ["body beyond 2^31", (bytes) => bytes.writeUInt32LE(0xffffffff, 12)],
      ["no body", (bytes) => bytes.writeUInt32LE(0, 12)],
      ["body one byte longer", (bytes) => bytes.writeUInt32LE(5001, 12)],
      ["protected TLVs that are not there", (bytes) => bytes.writeUInt16LE(8, 10)],
      [
        "protected TLVs beyond the slot",
        (bytes) => {
          bytes.writeUInt32LE(0xffffff00, 12);
          bytes.writeUInt16LE(8, 10);
        },
      ],
      ["not bootable", (bytes) => bytes.writeUInt32LE(0x10, 16)],
      ["TLV magic", (bytes) => bytes.writeUInt16LE(0x6906, tlvStart)],
      ["TLV area too long", (bytes) => bytes.writeUInt16LE(41, tlvStart + 2)],
      ["TLV area too short", (bytes) => bytes.writeUInt16LE(3, tlvStart + 2)],
      ["SHA-256 of 31 bytes", (bytes) => bytes.writeUInt16LE(31, tlvStart + 6)],
      ["an entry that overruns", (bytes) => bytes.writeUInt16LE(33, tlvStart + 6)],
      ["another TLV only", (bytes) => bytes.writeUInt16LE(0x11, tlvStart + 4)],
    ];
    for (const [name, change] of cases) {
      assert.equal(failureOf(damaged(change)), "IMAGE_HEADER", name);
      const policy = { header: "optional" } as const;
      assert.equal(failureOf(damaged(change), policy), "IMAGE_HEADER", name);
    }
  });

  it("takes protected TLVs and other TLVs around the digest", () => {
    const prefix = Buffer.from(makeImage({ body, version: "1.2.3" }).subarray(0, 32 + 5000));
    prefix.writeUInt16LE(12, 10);
    const hashed = Buffer.concat([prefix, Buffer.from("08690c0050000400deadbeef", "hex")]);
    const keyHash = Buffer.concat([Buffer.from("01002000", "hex"), Buffer.alloc(32, 7)]);
    const sha = Buffer.concat([Buffer.from("10002000", "hex"), sha256(hashed)]);
    const total = Buffer.from([0x07, 0x69, 76, 0]);
    assert.equal(failureOf(written(Buffer.concat([hashed, total, keyHash, sha]))), "");
  });

  it("wants the version that the job promised; the build number only if it says one", () => {
    const promise = (version: string): string =>
      failureOf(written(image), { promised: { version } });
    assert.equal(promise("1.2.3"), "");
    assert.equal(promise("1.2.3+4"), "");
    for (const version of ["1.2.3+5", "1.2.3+0", "1.2.4", "1.3.3", "2.2.3", "1.2", "abc"]) {
      assert.equal(promise(version), "IMAGE_VERSION", version);
    }
  });

  it("wants a header unless policy lets it be absent", () => {
    const slot = written(body);
    const optional = { header: "optional" } as const;
    const crc = crc32(0, body, 0, body.byteLength);
    assert.equal(failureOf(slot), "IMAGE_HEADER");
    assert.equal(failureOf(slot, optional), "");
    assert.equal(failureOf(slot, { ...optional, promised: { version: "x", crc32: crc } }), "");
    const digest = sha256(body);
    assert.equal(failureOf(slot, { ...optional, promised: { version: "x", sha256: digest } }), "");
    assert.equal(check(slot, optional).identity, "");
  });

  it("holds an image's security counter against the release's, where it has one", () => {
    const counted = makeImage({ body, version: "1.2.3", securityCounter: 7 });
    const promise = (bytes: Uint8Array, securityCounter: number | undefined): string =>
      failureOf(written(bytes), { promised: { version: "1.2.3", securityCounter } });
    assert.equal(promise(counted, 7), "");
    assert.equal(promise(counted, 6), "IMAGE_COUNTER");
    assert.equal(promise(counted, 0), "IMAGE_COUNTER");
    assert.equal(promise(counted, undefined), "");
    assert.equal(promise(image, 7), "");
  });

  it("refuses an image that its flags say no bootloader of ours can start, by name", () => {
    const names: readonly (readonly [flag: number, name: RegExp])[] = [
      [0x04, /^encrypted \(AES-128\)$/],
      [0x08, /^encrypted \(AES-256\)$/],
      [0x10, /not bootable/],
      [0x20, /loaded into RAM/],
      [0x200, /^compressed \(LZMA1\)$/],
      [0x400, /^compressed \(LZMA2\)$/],
      [0x800, /^compressed \(ARM thumb/],
    ];
    for (const [flags, name] of names) {
      const slot = written(makeImage({ body, version: "1.2.3", flags }));
      assert.throws(() => check(slot), { code: "IMAGE_HEADER", detail: name });
    }
  });

  for (const hash of ["sha384", "sha512"] as const) {
    it(`takes an image that carries ${hash} alone, and sees a wrong bit in it`, () => {
      const other = makeImage({ body, version: "1.2.3", securityCounter: 7, hash });
      const slot = written(other);
      const { identity } = check(slot);
      const hashedBytes = 32 + body.byteLength + 12;
      const digest = createHash(hash).update(other.subarray(0, hashedBytes)).digest("hex");
      assert.equal(identity, digest.slice(0, 64));
      assert.equal(imageIdentity(slot.flash, mcubootFormat), identity);
      for (const at of [28, 40, hashedBytes - 1, other.byteLength - 1]) {
        const wrong = other.slice();
        wrong[at] = (wrong[at] ?? 0) ^ 1;
        assert.equal(failureOf(written(wrong)), "IMAGE_SHA256", `byte ${at}`);
      }
    });
  }

  it("holds every digest of an image against it", () => {
    const right = (hash: "sha384" | "sha512"): string => {
      const digest = createHash(hash).update(image.subarray(0, tlvStart)).digest("hex");
      return (hash === "sha384" ? "11003000" : "12004000") + digest;
    };
    const wrong = (entry: string): string =>
      entry.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
    const again = Buffer.from(image.subarray(tlvStart + 4)).toString("hex");
    assert.equal(failureOf(written(withTlvs(right("sha384"), right("sha512"), again))), "");
    assert.equal(failureOf(written(withTlvs(wrong(right("sha384"))))), "IMAGE_SHA256");
    assert.equal(
      failureOf(written(withTlvs(right("sha384"), wrong(right("sha512"))))),
      "IMAGE_SHA256",
    );
    const differs = written(withTlvs(wrong(again)));
    assert.throws(() => check(differs), { code: "IMAGE_HEADER", detail: /differ/ });
  });

  it("reads the TLVs to the last byte, and refuses by name what has to be protected", () => {
    const cases: readonly (readonly [entry: string, detail: RegExp])[] = [
      ["ff", /left over/],
      ["0100ff", /left over/],
      ["0100ff00", /overruns/],
      ["5000040007000000", /TLV 0x50 is not protected/],
      ["a0000000", /TLV 0xa0 is not protected/],
    ];
    for (const [entry, detail] of cases) {
      const slot = written(withTlvs(entry));
      assert.throws(() => check(slot), { code: "IMAGE_HEADER", detail });
    }
    const protectedTlvs = makeImage({ body, version: "1.2.3", securityCounter: 7 });
    protectedTlvs[32 + body.byteLength + 6] = 5;
    const overrun = written(protectedTlvs);
    assert.throws(() => check(overrun), { code: "IMAGE_HEADER", detail: /TLV 0x50 overruns/ });
  });

  it("refuses an image that is signed without a digest, by name", () => {
    const pure = written(makeImage({ body, version: "1.2.3", hash: "none" }));
    assert.throws(() => check(pure), { code: "IMAGE_HEADER", detail: /--pure/ });
  });

  it("takes nothing that the rig's bootloader does not", () => {
    const images = (["sha256", "sha384", "sha512", "none"] as const).map((hash) =>
      makeImage({ body: body.subarray(0, 200), version: "1.2.3", hash, securityCounter: 1 }),
    );
    const change = fc.tuple(fc.nat({ max: 90 }), fc.constantFrom(1, 4, 0x10, 0x20, 0x40, 0xff));
    const changes = fc.array(change, { minLength: 1, maxLength: 3 });
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...images), changes, (from, list) => {
        const bytes = from.slice();
        // What the digest does not cover, and the flags, which it then no longer fits.
        for (const [at, bits] of list) {
          const offset = 232 + 12 + at < bytes.byteLength ? 232 + 12 + at : 16;
          bytes[offset] = (bytes[offset] ?? 0) ^ bits;
        }
        if (failureOf(written(bytes)) !== "") return;
        taken += 1;
        assert.equal(readImage(bytes)?.digestOk, true);
      }),
      { numRuns: 3000 },
    );
    assert.ok(taken > 10, `${taken} taken`);
  });
});

describe("identity of an image in a slot", () => {
  it("is its digest and version, and nothing for an erased slot", () => {
    const running = { primary: written(image).flash, format: mcubootFormat };
    assert.equal(runningVersion(running), "1.2.3+4");
    assert.deepEqual(runningVersionNumber(running), { major: 1, minor: 2, revision: 3, build: 4 });
    const erased = new NorFlash(geometry);
    assert.equal(imageIdentity(erased, mcubootFormat), "");
    assert.equal(runningVersion({ primary: erased, format: mcubootFormat }), undefined);
  });
});
