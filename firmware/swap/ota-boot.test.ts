import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EspIdfModel } from "../../hw-test/desk/esp-idf-model.ts";
import { Otadata } from "../../hw-test/desk/otadata.ts";
import { PowerSupply } from "../../hw-test/desk/power-supply.ts";
import { type FlashPart, PoweredFlash } from "../../hw-test/desk/powered-flash.ts";
import { NorFlash, PowerCut } from "../../hw-test/model/nor-flash.ts";
import { makeEspImage } from "../../tools/image/esp-image.ts";
import { Failure } from "../failure.ts";
import type { Boot } from "../ports/boot.ts";
import type { OtaPartitions } from "../ports/ota.ts";
import { OtaBoot } from "./ota-boot.ts";

const geometry = { blockLength: 4096, writeAlign: 4, eraseValue: 0xff, hasTrailer: false };
const body = new Uint8Array(100).fill(7);

/** A tracker that runs 1.0.0 from ota_0, with 1.0.1 in ota_1. */
class Bench {
  readonly supply = new PowerSupply([], () => undefined);
  readonly slots: readonly [PoweredFlash, PoweredFlash];
  readonly otadata: Otadata;
  readonly model: EspIdfModel;

  constructor() {
    const part = (name: FlashPart, version?: string): PoweredFlash => {
      const image = version === undefined ? undefined : makeEspImage({ body, version });
      const nor = new NorFlash({ ...geometry, byteLength: 2 * 4096 }, image);
      return new PoweredFlash({ nor, part: name, supply: this.supply, torn: undefined });
    };
    this.slots = [part("primary", "1.0.0"), part("secondary", "1.0.1")];
    const notes = part("otadata");
    this.otadata = new Otadata(notes);
    this.model = new EspIdfModel({ slots: this.slots, otadata: notes });
    this.supply.powerOn();
  }

  /** The version that it starts, and what the firmware is given there. */
  start(): { readonly version: string; readonly boot: Boot } {
    const { image } = this.model.run();
    return { version: image?.version ?? "none", boot: this.model.ports().boot };
  }

  states(): (string | undefined)[] {
    return this.otadata.entries().map((entry) => entry && `${entry.seq} ${entry.state}`);
  }
}

function codeOf(work: () => void): string {
  try {
    work();
    return "";
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

describe("the boot side on ESP-IDF's partitions", () => {
  it("has a new image tried once, and kept when it is confirmed", () => {
    const bench = new Bench();
    const old = bench.start();
    assert.equal(old.version, "1.0.0");
    assert.equal(old.boot.state(), "confirmed");
    old.boot.requestTestSwap();
    assert.ok(old.boot.isSwapRequested());
    const tried = bench.start();
    assert.equal(tried.version, "1.0.1");
    assert.equal(tried.boot.state(), "unconfirmed");
    tried.boot.confirm();
    assert.equal(tried.boot.state(), "confirmed");
    assert.equal(bench.start().version, "1.0.1");
    assert.deepEqual(bench.states(), ["1 valid", "2 valid"]);
  });

  it("reads the note of a trial that was not confirmed", () => {
    const bench = new Bench();
    bench.start().boot.requestTestSwap();
    bench.start();
    const old = bench.start();
    assert.equal(old.version, "1.0.0");
    assert.equal(old.boot.lastTrial(), "reverted");
    assert.deepEqual(bench.states(), ["1 valid", "2 aborted"]);
    assert.equal(bench.start().version, "1.0.0");
  });

  it("asks once: a second request would take the entry of the running image", () => {
    const bench = new Bench();
    const { boot } = bench.start();
    boot.requestTestSwap();
    boot.requestTestSwap();
    assert.deepEqual(bench.states(), ["1 valid", "2 new"]);
  });

  it("clears what a refused image has left before it asks again", () => {
    const bench = new Bench();
    bench.start().boot.requestTestSwap();
    const { bytes } = bench.slots[1].nor;
    bytes.set(bytes.map((byte) => byte & 0x7f));
    const old = bench.start();
    assert.equal(old.version, "1.0.0");
    assert.equal(old.boot.lastTrial(), "refused");
    assert.equal(old.boot.isSwapRequested(), false);
    assert.equal(
      codeOf(() => old.boot.requestTestSwap()),
      "SWAP_REQUEST",
    );
    assert.deepEqual(bench.states(), ["1 valid", undefined]);
    bytes.fill(0xff);
    bytes.set(makeEspImage({ body, version: "1.0.2" }));
    old.boot.requestTestSwap();
    assert.deepEqual(bench.states(), ["1 valid", "2 new"]);
    assert.equal(bench.start().version, "1.0.2");
  });

  it("takes a request back", () => {
    const bench = new Bench();
    const { boot } = bench.start();
    boot.requestTestSwap();
    boot.withdrawSwap();
    assert.equal(bench.start().version, "1.0.0");
    boot.withdrawSwap();
    assert.deepEqual(bench.states(), ["1 valid", undefined]);
  });

  it("falls back to the former image when a cut takes the entry that is being confirmed", () => {
    for (const [when, version] of [
      ["before", "1.0.0"],
      ["inside", "1.0.0"],
      ["after", "1.0.1"],
    ] as const) {
      const bench = new Bench();
      bench.start().boot.requestTestSwap();
      const { boot } = bench.start();
      const operation = bench.supply.operations + 2;
      bench.supply.plan({ operation, when });
      assert.throws(() => boot.confirm(), PowerCut);
      bench.supply.powerOn();
      assert.equal(bench.start().version, version, when);
    }
  });

  it("refuses a request that the bootloader would not take back", () => {
    const calls: string[] = [];
    const ota: OtaPartitions = {
      runningState: () => 2,
      // ESP_OTA_IMG_UNDEFINED: the application was built without rollback.
      nextState: () => -1,
      bootsNext: () => (calls.at(-1) === "bootNext" ? 1 : 0),
      bootNext: () => calls.push("bootNext") * 0,
      markValid: () => 0,
      forgetNext: () => calls.push("forgetNext") * 0,
    };
    assert.equal(
      codeOf(() => new OtaBoot(ota).requestTestSwap()),
      "SWAP_REQUEST",
    );
    assert.deepEqual(calls, ["bootNext", "forgetNext"]);
  });
});
