import assert from "node:assert/strict";
import { it } from "node:test";
import { makeEspImage } from "../../tools/image/esp-image.ts";
import { otaEntry } from "../../tools/image/otadata.ts";
import { EspIdfModel } from "../desk/esp-idf-model.ts";
import { PowerSupply } from "../desk/power-supply.ts";
import { type FlashPart, PoweredFlash } from "../desk/powered-flash.ts";
import { NorFlash } from "../model/nor-flash.ts";
import { compileModule, plainBoard } from "./testing/build.ts";
import { layout, TestFlash } from "./testing/image.ts";
import { before, describe } from "./testing/needs-engine.ts";
import { powerCycle } from "./testing/peer.ts";

const OTADATA = 0xd000;
const SECTOR = 4096;
const SLOT_BYTES = 0x70000;

/** What a sector of otadata may hold: of the first partition, of the second, and torn ones. */
const sectors: Readonly<Record<string, Uint8Array>> = {
  blank: new Uint8Array(0),
  "1 valid": otaEntry(1, "valid"),
  "2 new": otaEntry(2, "new"),
  "2 pending": otaEntry(2, "pending"),
  "2 aborted": otaEntry(2, "aborted"),
  "3 valid": otaEntry(3, "valid"),
  "3 invalid": otaEntry(3, "invalid"),
  "2 new, torn in its CRC": otaEntry(2, "new").subarray(0, 30),
  zeros: new Uint8Array(32),
};

describe("the bootloader of ESP-IDF on the board", { timeout: 300_000 }, () => {
  let program: string;
  const images: Record<string, Uint8Array> = {};

  before(async () => {
    program = await plainBoard();
    const make = (text: string, version: string) =>
      makeEspImage({ body: compileModule(program, `trace("${text}")`), version });
    images["first"] = make("first", "1.0.0");
    images["second"] = make("second", "1.0.1");
    const broken = images["second"].slice();
    broken[400] = (broken[400] ?? 0) ^ 1;
    images["broken"] = broken;
  });

  /** The desk's, which shares nothing with it, on the same flash. */
  function modelOf(flash: Uint8Array): { version: string; did: string; otadata: Buffer } {
    const supply = new PowerSupply([], () => undefined);
    supply.powerOn();
    const part = (name: FlashPart, start: number, byteLength: number): PoweredFlash => {
      const geometry = { byteLength, blockLength: SECTOR, writeAlign: 4, eraseValue: 0xff };
      const nor = new NorFlash(geometry, flash.slice(start, start + byteLength));
      return new PoweredFlash({ nor, part: name, supply, torn: undefined });
    };
    const otadata = part("otadata", OTADATA, 2 * SECTOR);
    const slots = [
      part("primary", layout.primary, SLOT_BYTES),
      part("secondary", layout.secondary, SLOT_BYTES),
    ] as const;
    const { did, image } = new EspIdfModel({ slots, otadata }).run();
    const version = image?.version ?? "no bootable image";
    return { version, did: did.replace(", refused", ""), otadata: Buffer.from(otadata.nor.bytes) };
  }

  for (const second of ["second", "broken"]) {
    it(`does as the desk's in every state of otadata, ota_1 being ${second}`, async () => {
      for (const [one, first] of Object.entries(sectors)) {
        for (const [other, last] of Object.entries(sectors)) {
          const flash = new TestFlash();
          flash.put(layout.primary, images["first"] ?? assert.fail());
          flash.put(layout.secondary, images[second] ?? assert.fail());
          flash.put(OTADATA, first);
          flash.put(OTADATA + SECTOR, last);
          const expected = modelOf(flash.bytes());
          const cycle = await powerCycle(program, flash.path, {
            arguments: ["--boot", "esp-idf", "--no-rig"],
          });
          const state = `${one} | ${other}`;
          assert.ok(cycle.lines.includes(`boot: ${expected.version}`), `${state}: ${cycle.lines}`);
          assert.ok(cycle.lines.includes(`boot: swap ${expected.did}`), `${state}: ${cycle.lines}`);
          const found = flash.bytes().subarray(OTADATA, OTADATA + 2 * SECTOR);
          assert.ok(found.equals(expected.otadata), `${state}: otadata`);
        }
      }
    });
  }

  it("gives scripts the partitions by ESP-IDF's names, and none of them under MCUboot", async () => {
    const names = `import Flash from "embedded:storage/flash";
import ota from "tracker/ota";
let text = [...Flash].join();
for (const path of ["running", "nextota"]) text += " " + Flash.open({ path }).status().size;
trace(text + " " + [ota.runningState(), ota.nextState(), ota.bootsNext()].join());`;
    const flash = new TestFlash();
    const body = compileModule(program, names);
    flash.put(layout.primary, makeEspImage({ body, version: "1.0.0" }));
    const cycle = await powerCycle(program, flash.path, {
      arguments: ["--boot", "esp-idf", "--no-rig"],
    });
    assert.ok(
      cycle.lines.includes("otadata,ota_0,ota_1,storage 458752 458752 2,-1,0"),
      cycle.lines.join("\n"),
    );
  });

  it("refuses a bootloader that there is not", async () => {
    const cycle = await powerCycle(program, new TestFlash().path, {
      arguments: ["--boot", "grub", "--no-rig"],
    });
    assert.equal(cycle.exitCode, 2);
  });
});
