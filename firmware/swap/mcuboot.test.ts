import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CutPlan, NorFlash, PowerCut } from "../../hw-test/model/nor-flash.ts";
import { Failure } from "../failure.ts";
import { McubootBoot } from "./mcuboot.ts";
import { readTrailer } from "./trailer.ts";

const FF = 0xff;
/** MCUboot's 16 bytes for BOOT_MAX_ALIGN 8, and those after the alignment for more than 8. */
const magic8 = "77c295f360d2ef7f3552500f2cb67980";
const magicTail = "2de15d29410b8d77679c110f1f8a";

/** Offsets from the slot's end, written out from MCUboot, docs/design.md, "Image trailer". */
const tables = [
  { writeAlign: 1, imageOk: 24, copyDone: 32, swapInfo: 40, magic: magic8, pad: 0 },
  { writeAlign: 4, imageOk: 24, copyDone: 32, swapInfo: 40, magic: magic8, pad: 0 },
  { writeAlign: 8, imageOk: 24, copyDone: 32, swapInfo: 40, magic: magic8, pad: 0 },
  { writeAlign: 16, imageOk: 32, copyDone: 48, swapInfo: 64, magic: `1000${magicTail}`, pad: 0 },
  { writeAlign: 32, imageOk: 64, copyDone: 96, swapInfo: 128, magic: `2000${magicTail}`, pad: 16 },
] as const;

interface Slots {
  readonly primary: NorFlash;
  readonly secondary: NorFlash;
  readonly boot: McubootBoot;
}

function slots(writeAlign = 4, eraseValue = FF): Slots {
  const geometry = { byteLength: 0x4000, blockLength: 4096, writeAlign, eraseValue };
  const primary = new NorFlash(geometry);
  const secondary = new NorFlash(geometry);
  return { primary, secondary, boot: new McubootBoot({ primary, secondary }) };
}

function put(flash: NorFlash, fromEnd: number, bytes: ArrayLike<number>): void {
  flash.bytes.set(bytes, flash.geometry.byteLength - fromEnd);
}

function putMagic(flash: NorFlash): void {
  put(flash, 16, Buffer.from(magic8, "hex"));
}

/** The slot after a test swap to an image that is not confirmed. */
function putUnconfirmed(flash: NorFlash): void {
  putMagic(flash);
  put(flash, 32, [1]);
}

/** The last bytes of a slot, as the tables have them. */
function expectedTail(erased: number, fields: Record<number, string>): string {
  const tail = Buffer.alloc(256, erased);
  for (const [fromEnd, hex] of Object.entries(fields)) {
    Buffer.from(hex, "hex").copy(tail, 256 - Number(fromEnd));
  }
  return tail.toString("hex");
}

function tail(flash: NorFlash): string {
  return Buffer.from(flash.bytes.subarray(-256)).toString("hex");
}

function failsWith(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Failure && error.code === code;
}

describe("McubootBoot.requestTestSwap", () => {
  for (const { writeAlign, swapInfo, magic } of tables) {
    for (const erased of [0xff, 0x00]) {
      it(`writes the bytes of the table, write block ${writeAlign}, erased ${erased}`, () => {
        const { secondary, boot } = slots(writeAlign, erased);
        boot.requestTestSwap();
        assert.equal(tail(secondary), expectedTail(erased, { [swapInfo]: "02", 16: magic }));
      });
    }
  }

  it("writes the magic last, with its padding in one write block of 32", () => {
    const { secondary, boot } = slots(32);
    boot.requestTestSwap();
    assert.equal(secondary.counts().writes, 2);
    assert.equal(secondary.counts().bytesWritten, 64);
    const cut = slots(32);
    cut.secondary.cutPower({ operation: 2, when: "before" });
    assert.throws(() => cut.boot.requestTestSwap(), PowerCut);
    cut.secondary.powerOn();
    assert.equal(tail(cut.secondary), expectedTail(FF, { 128: "02" }));
  });

  it("does nothing when the request stands", () => {
    const { secondary, boot } = slots();
    boot.requestTestSwap();
    const { operations } = secondary.counts();
    boot.requestTestSwap();
    assert.equal(secondary.counts().operations, operations);
  });

  it("is none or a test swap after a cut anywhere, and is mended by asking again", () => {
    for (const { writeAlign, magic, swapInfo } of tables) {
      for (let operation = 1; operation <= 2; operation++) {
        for (let tornBytes = 0; tornBytes <= 32; tornBytes++) {
          const { secondary, boot } = slots(writeAlign);
          const plan: CutPlan = { operation, when: "inside", tornBytes };
          secondary.cutPower(plan);
          assert.throws(() => boot.requestTestSwap(), PowerCut);
          secondary.powerOn();
          const torn = readTrailer(secondary);
          if (torn.magic === "set") assert.equal(torn.swapInfo, 2);
          boot.requestTestSwap();
          const said = `${writeAlign}: ${JSON.stringify(plan)}`;
          assert.equal(tail(secondary), expectedTail(FF, { [swapInfo]: "02", 16: magic }), said);
        }
      }
    }
  });

  it("replaces what else stands in the trailer: a permanent or cancelled request, bad fields", () => {
    const states: ((flash: NorFlash) => void)[] = [
      (flash) => put(flash, 16, [0x77, 0xc2]),
      (flash) => put(flash, 40, [0x03]),
      (flash) => put(flash, 40, [0x82]),
      (flash) => put(flash, 24, [0x01]),
      (flash) => put(flash, 24, [0x00]),
      (flash) => put(flash, 32, [0x01]),
      (flash) => putMagic(flash),
      (flash) => {
        putMagic(flash);
        put(flash, 40, [0x03]);
        put(flash, 24, [0x01]);
      },
    ];
    for (const state of states) {
      const { secondary, boot } = slots();
      state(secondary);
      secondary.bytes.set([1, 2, 3], 0);
      boot.requestTestSwap();
      assert.equal(tail(secondary), expectedTail(FF, { 40: "02", 16: magic8 }), String(state));
      assert.deepEqual([...secondary.counts().erases], [0, 0, 0, 1]);
      assert.deepEqual([...secondary.bytes.subarray(0, 3)], [1, 2, 3]);
    }
  });

  it("fails when the trailer does not read back", () => {
    const { secondary, boot } = slots();
    secondary.faults = { stuck: { offset: 0x4000 - 8, mask: 0x02, value: 0x02 } };
    assert.throws(() => boot.requestTestSwap(), failsWith("SWAP_REQUEST"));
  });

  it("leaves no magic behind when another field does not read back", () => {
    const { secondary, boot } = slots();
    secondary.faults = { stuck: { offset: 0x4000 - 40, mask: 0x10, value: 0x10 } };
    assert.throws(() => boot.requestTestSwap(), failsWith("SWAP_REQUEST"));
    assert.equal(readTrailer(secondary).magic, "unset");
  });

  it("refuses while the running image is unconfirmed", () => {
    const { primary, secondary, boot } = slots();
    putUnconfirmed(primary);
    assert.throws(() => boot.requestTestSwap(), failsWith("SWAP_REQUEST"));
    assert.equal(secondary.counts().operations, 0);
  });
});

describe("McubootBoot.secureRevert", () => {
  /** A cut inside the magic that a revert writes first: 8 of its 16 bytes. */
  function putTorn(flash: NorFlash): void {
    put(flash, 16, Buffer.from(magic8, "hex").subarray(0, 8));
    put(flash, 24, [1]);
  }

  it("erases a torn magic of the secondary while the image is unconfirmed", () => {
    for (const eraseValue of [0xff, 0x00]) {
      const { primary, secondary, boot } = slots(4, eraseValue);
      putUnconfirmed(primary);
      putTorn(secondary);
      boot.secureRevert();
      assert.equal(readTrailer(secondary).magic, "unset");
      assert.equal(secondary.counts().operations, 1);
      assert.equal(primary.counts().operations, 0);
    }
  });

  it("touches nothing else", () => {
    const { primary, secondary, boot } = slots();
    boot.secureRevert();
    putTorn(secondary);
    boot.secureRevert();
    secondary.bytes.fill(0xff);
    putUnconfirmed(primary);
    boot.secureRevert();
    putMagic(secondary);
    boot.secureRevert();
    assert.equal(secondary.counts().operations + primary.counts().operations, 0);
  });
});

describe("McubootBoot.withdrawSwap", () => {
  it("takes back a request, and does nothing without one", () => {
    const { secondary, boot } = slots();
    boot.withdrawSwap();
    assert.equal(secondary.counts().operations, 0);
    boot.requestTestSwap();
    assert.equal(boot.isSwapRequested(), true);
    boot.withdrawSwap();
    assert.equal(boot.isSwapRequested(), false);
    assert.equal(readTrailer(secondary).magic, "unset");
  });
});

describe("McubootBoot.state and confirm", () => {
  it("is unconfirmed exactly where MCUboot would revert", () => {
    const torn = [0x77, 0xc2, 0x95];
    const good = Buffer.from(magic8, "hex");
    for (const magic of [undefined, torn, good]) {
      for (const copyDone of [0xff, 0x01, 0x00]) {
        for (const imageOk of [0xff, 0x01, 0x00]) {
          const { primary, boot } = slots();
          if (magic !== undefined) put(primary, 16, magic);
          put(primary, 32, [copyDone]);
          put(primary, 24, [imageOk]);
          const reverts = magic === good && copyDone === 0x01 && imageOk === 0xff;
          assert.equal(boot.state(), reverts ? "unconfirmed" : "confirmed");
        }
      }
    }
  });

  for (const { writeAlign, imageOk, copyDone, magic } of tables) {
    it(`confirms with one write block of ${writeAlign}, once`, () => {
      const { primary, boot } = slots(writeAlign);
      put(primary, 16, Buffer.from(magic, "hex"));
      put(primary, copyDone, [1]);
      assert.equal(boot.state(), "unconfirmed");
      boot.confirm();
      boot.confirm();
      assert.equal(boot.state(), "confirmed");
      const fields = { [imageOk]: "01", [copyDone]: "01", 16: magic };
      assert.equal(tail(primary), expectedTail(FF, fields));
      assert.equal(primary.counts().writes, 1);
      assert.equal(primary.counts().bytesWritten, writeAlign);
    });
  }

  it("confirms a padded factory image without copy_done, as MCUboot's own call does", () => {
    const { primary, boot } = slots();
    putMagic(primary);
    boot.confirm();
    assert.equal(tail(primary), expectedTail(FF, { 24: "01", 16: magic8 }));
  });

  it("leaves a factory image without trailer, a bad magic and a bad flag alone", () => {
    for (const prepare of [
      () => {},
      (flash: NorFlash) => put(flash, 16, [0x77]),
      (flash: NorFlash) => {
        putUnconfirmed(flash);
        put(flash, 24, [0x00]);
      },
    ]) {
      const { primary, boot } = slots();
      prepare(primary);
      boot.confirm();
      assert.equal(primary.counts().operations, 0);
      assert.equal(boot.state(), "confirmed");
    }
  });

  it("fails when image_ok does not read back", () => {
    const { primary, boot } = slots();
    putUnconfirmed(primary);
    primary.faults = { stuck: { offset: 0x4000 - 24, mask: 0x02, value: 0x02 } };
    assert.throws(() => boot.confirm(), failsWith("FLASH_WRITE"));
  });

  it("asserts slots that can be swapped", () => {
    const { primary } = slots();
    const { secondary } = slots(8);
    assert.throws(() => new McubootBoot({ primary, secondary }), /geometry/);
  });
});
