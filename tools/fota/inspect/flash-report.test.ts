import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeImage } from "../../image/mcuboot.ts";
import { FLASH_BYTES, partitions } from "../../image/memory-map.ts";
import { flashReport } from "./flash-report.ts";

const old = makeImage({ body: Buffer.alloc(20_000, 1), version: "1.0.0" });
const next = makeImage({ body: Buffer.alloc(30_000, 2), version: "1.1.0" });
const broken = Buffer.concat([next.subarray(0, 500), Buffer.of(9), next.subarray(501)]);

/** Bytes back from a slot's end, for write blocks of 4 (MCUboot, docs/design.md, "Image trailer"). */
const trailer = { magic: 16, imageOk: 24, copyDone: 32, swapInfo: 40 };
const MAGIC = Buffer.from("77c295f360d2ef7f3552500f2cb67980", "hex");

interface Slot {
  readonly image?: Uint8Array;
  readonly magic?: true;
  readonly imageOk?: number;
  readonly copyDone?: number;
  readonly swapInfo?: number;
}

function dump(primary: Slot, secondary: Slot, lead = 0): Buffer {
  const flash = Buffer.alloc(FLASH_BYTES, 0xff);
  for (const [name, slot] of [
    ["image-0", primary],
    ["image-1", secondary],
  ] as const) {
    const { offset, byteLength } = partitions[name];
    const end = offset + byteLength;
    if (slot.image) flash.set(slot.image, offset + (name === "image-1" ? lead : 0));
    if (slot.magic) MAGIC.copy(flash, end - trailer.magic);
    for (const field of ["imageOk", "copyDone", "swapInfo"] as const) {
      flash[end - trailer[field]] = slot[field] ?? 0xff;
    }
  }
  return flash;
}

const confirmed = { image: old };
const onTrial: Slot = { image: next, magic: true, copyDone: 1, swapInfo: 2 };

describe("fota inspect of a flash dump", () => {
  for (const [name, primary, secondary, does, starts, ifUnconfirmed] of [
    ["nothing to do", confirmed, {}, "none", "1.0.0", "1.0.0"],
    ["an image without a request", confirmed, { image: next }, "none", "1.0.0", "1.0.0"],
    ["a test", confirmed, { image: next, magic: true, swapInfo: 2 }, "test", "1.1.0", "1.0.0"],
    [
      "a permanent swap",
      confirmed,
      { image: next, magic: true, swapInfo: 3, imageOk: 1 },
      "permanent",
      "1.1.0",
      "1.1.0",
    ],
    [
      "a test of a broken image",
      confirmed,
      { image: broken, magic: true },
      "refused",
      "1.0.0",
      "1.0.0",
    ],
    ["an image on trial", onTrial, { image: old }, "revert", "1.0.0", "1.0.0"],
    [
      "one that was confirmed",
      { ...onTrial, imageOk: 1 },
      { image: old },
      "none",
      "1.1.0",
      "1.1.0",
    ],
    ["no image at all", {}, {}, "none", undefined, undefined],
  ] as const) {
    it(`foretells ${name}`, () => {
      const { facts } = flashReport(dump(primary, secondary), [], "move");
      assert.deepEqual(facts["next"], { does, starts, ifUnconfirmed });
    });
  }

  it("leaves the dump as it was, and says the same again", () => {
    const bytes = dump(confirmed, { image: next, magic: true });
    const before = Buffer.from(bytes);
    const first = flashReport(bytes, [], "move");
    assert.ok(bytes.equals(before));
    assert.deepEqual(flashReport(bytes, [], "move"), first);
  });

  it("knows the offset mode, whose images begin a page later", () => {
    const request = { image: next, magic: true, swapInfo: 2 } as const;
    const { facts } = flashReport(dump(confirmed, request, 4096), [], "offset");
    assert.deepEqual(facts["next"], { does: "test", starts: "1.1.0", ifUnconfirmed: "1.0.0" });
    const slots = facts["slots"] as { secondary: { image: { version: string } } };
    assert.equal(slots.secondary.image.version, "1.1.0");
  });

  it("tells trailers as they are", () => {
    const torn = dump(onTrial, { imageOk: 0x55 });
    torn[0xf0000 - trailer.magic] = 0x77;
    const { facts, lines } = flashReport(torn, [], "move");
    const slots = facts["slots"] as Record<string, { trailer: object }>;
    const unset = { magic: "bad", imageOk: "bad", copyDone: "unset", swapType: "unset" };
    assert.deepEqual(slots["secondary"]?.trailer, { ...unset, swapSize: undefined });
    assert.ok(lines.some((line) => line.includes("magic good, swap type test, image_ok unset")));
  });

  it("draws what is where, in 80 columns", () => {
    const bytes = dump(confirmed, { image: next, magic: true });
    bytes.fill(0, 0xf8000, 0xf9000);
    const { lines } = flashReport(bytes, [], "move");
    const drawn = new Map(lines.map((line) => [line.slice(11, 21).trim(), line.slice(30)]));
    assert.equal(drawn.get("bootloader"), ".".repeat(48));
    assert.equal(drawn.get("image-0"), `H=T${".".repeat(45)}`);
    assert.equal(drawn.get("image-1"), `H==T${".".repeat(43)}t`);
    assert.equal(drawn.get("storage"), `${"#".repeat(6)}${".".repeat(42)}`);
    for (const line of lines) assert.ok(line.length <= 80, line);
  });

  it("puts a damaged image's fault first", () => {
    const { problem } = flashReport(dump(confirmed, { image: broken }), [], "move");
    assert.match(problem ?? "", /^secondary slot: damaged at byte 30040 of the image: this sha256/);
  });
});
