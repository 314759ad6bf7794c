import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { slotLayout } from "../../firmware/slot/layout.ts";
import { makeImage } from "../../tools/image/mcuboot.ts";
import { NorFlash, PowerCut } from "../model/nor-flash.ts";
import { Bootloader } from "./bootloader.ts";
import { type TrackerMap, trackerMap, trackerMaps } from "./geometries.ts";
import { type Cut, PowerSupply } from "./power-supply.ts";
import { PoweredFlash } from "./powered-flash.ts";
import { Random } from "./random.ts";
import { SlotTrailer } from "./trailer.ts";

/** Two images in their slots, and a bootloader that can lose its power. */
class Bench {
  readonly supply: PowerSupply;
  readonly primary: PoweredFlash;
  readonly secondary: PoweredFlash;
  readonly old: Uint8Array;
  readonly fresh: Uint8Array;

  constructor(map: TrackerMap, cuts: readonly Cut[] = [], fresh?: Uint8Array) {
    const random = new Random(3);
    const page = map.slot.blockLength;
    this.old = makeImage({ body: random.bytes(page + 100), version: "1.0.0" });
    this.fresh = fresh ?? makeImage({ body: random.bytes(2 * page + 50), version: "1.0.1" });
    this.supply = new PowerSupply(cuts, () => {});
    const slot = (part: "primary" | "secondary", content: Uint8Array): PoweredFlash =>
      new PoweredFlash({
        nor: new NorFlash(map.slot, content),
        part,
        supply: this.supply,
        torn: new Random(4),
      });
    this.primary = slot("primary", this.old);
    this.secondary = slot("secondary", this.fresh);
  }

  request(imageOk = false): void {
    const trailer = new SlotTrailer(this.secondary.nor);
    if (imageOk) trailer.writeFlag("imageOk");
    trailer.writeType("test");
    trailer.writeMagic();
  }

  /** Boots until no cut is left in the way. */
  boot() {
    for (;;) {
      try {
        return new Bootloader({ primary: this.primary, secondary: this.secondary }).run();
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error;
        this.supply.powerOn();
      }
    }
  }

  holds(slot: PoweredFlash, image: Uint8Array): boolean {
    return image.every((byte, at) => slot.nor.bytes[at] === byte);
  }
}

describe("Bootloader", () => {
  for (const map of trackerMaps.filter(({ name }) => name !== "nrf9160")) {
    it(`swaps for a test, reverts, and stays, on ${map.name}`, () => {
      const bench = new Bench(map);
      assert.equal(bench.boot().did, "none");
      bench.request();
      const { did, image } = bench.boot();
      assert.deepEqual([did, image?.version], ["test", "1.0.1"]);
      assert.ok(bench.holds(bench.primary, bench.fresh) && bench.holds(bench.secondary, bench.old));
      const reverted = bench.boot();
      assert.deepEqual([reverted.did, reverted.image?.version], ["revert", "1.0.0"]);
      assert.ok(bench.holds(bench.primary, bench.old) && bench.holds(bench.secondary, bench.fresh));
      assert.deepEqual([bench.boot().did, bench.boot().image?.version], ["none", "1.0.0"]);
    });
  }

  it("leaves an image on trial for good after a torn magic, if it reverts on an unset one only", () => {
    const bench = new Bench(trackerMap("p512w4"));
    bench.request();
    bench.boot();
    bench.secondary.nor.bytes.fill(0x77, -16, -8);
    const old = new Bootloader({ ...bench, revertsOnUnsetMagicOnly: true });
    assert.deepEqual([old.run().did, old.run().image?.version], ["none", "1.0.1"]);
    assert.deepEqual([bench.boot().did, bench.boot().image?.version], ["revert", "1.0.0"]);
  });

  it("has room for the client's largest image on every geometry, and for no larger one", () => {
    const slots = trackerMaps.map(({ slot }) => slot);
    const many = [129, 200, 256].flatMap((pages) =>
      [4, 32].map((writeAlign) => ({
        byteLength: pages * 512,
        blockLength: 512,
        writeAlign,
        eraseValue: 0xff,
      })),
    );
    for (const slot of [...slots, ...many]) {
      const { imageMaxBytes } = slotLayout(slot);
      for (const beyond of [0, 1]) {
        const body = new Uint8Array(imageMaxBytes - 72 + beyond);
        const map = { name: "any", slot, bodyBytes: 0 };
        const bench = new Bench(map, [], makeImage({ body, version: "2.0.0" }));
        bench.request();
        const { did, image } = bench.boot();
        const expected = beyond === 0 ? ["test", "2.0.0"] : ["refused", "1.0.0"];
        assert.deepEqual([did, image?.version], expected, JSON.stringify(slot));
        if (beyond === 0) assert.equal(bench.boot().did, "revert");
        assert.ok(bench.holds(bench.primary, bench.old));
      }
    }
  });

  it("does not revert what is confirmed, or was asked for for good", () => {
    const map = trackerMap("p512w4");
    const confirmed = new Bench(map);
    confirmed.request();
    confirmed.boot();
    new SlotTrailer(confirmed.primary.nor).writeFlag("imageOk");
    assert.deepEqual([confirmed.boot().did, confirmed.boot().image?.version], ["none", "1.0.1"]);
    const permanent = new Bench(map);
    permanent.request(true);
    assert.equal(permanent.boot().did, "permanent");
    assert.deepEqual([permanent.boot().did, permanent.boot().image?.version], ["none", "1.0.1"]);
  });

  it("wipes a secondary with a wrong bit, and goes on with the old image", () => {
    const bench = new Bench(trackerMap("p512w4"));
    bench.request();
    const { bytes } = bench.secondary.nor;
    bytes[600] = (bytes[600] ?? 0) ^ 1;
    const { did, image } = bench.boot();
    assert.deepEqual([did, image?.version], ["refused", "1.0.0"]);
    assert.equal(new SlotTrailer(bench.secondary.nor).read().magic, "unset");
  });

  it("ends with the same slots wherever the power fails, twice", () => {
    const map = trackerMap("p512w4");
    const clean = new Bench(map);
    clean.request();
    clean.boot();
    for (let first = 1; first <= clean.supply.total; first++) {
      for (const when of ["before", "inside", "after"] as const) {
        const cuts = [
          { operation: first, when },
          { operation: 1 + (first % 7), when: "inside" as const },
        ];
        const bench = new Bench(map, cuts);
        bench.request();
        const said = JSON.stringify(cuts);
        // A cut just after copy_done is a reset of an unconfirmed image.
        const isReverted = bench.boot().did === "revert";
        const [runs, kept] = isReverted ? [bench.old, bench.fresh] : [bench.fresh, bench.old];
        assert.ok(bench.holds(bench.primary, runs), said);
        assert.ok(bench.holds(bench.secondary, kept), said);
      }
    }
  });
});
