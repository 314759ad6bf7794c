import { createHash } from "node:crypto";
import type { FlashGeometry } from "../../firmware/ports/flash.ts";
import { NorFlash, PowerCut } from "../model/nor-flash.ts";
import type { BootModel } from "./boot-model.ts";
import type { BootloaderBuild } from "./bootloader.ts";
import { EspIdfModel } from "./esp-idf-model.ts";
import type { TrackerMap } from "./geometries.ts";
import { McubootModel } from "./mcuboot-model.ts";
import type { BitFault, Plan } from "./plan.ts";
import { type Cut, type Operation, PowerSupply } from "./power-supply.ts";
import { type FlashPart, PoweredFlash } from "./powered-flash.ts";
import { PoweredStore } from "./powered-store.ts";
import { Random } from "./random.ts";

export interface TrackerModelOptions {
  readonly map: TrackerMap;
  readonly plan: Plan;
  /** What the tracker was made with. */
  readonly factoryImage: Uint8Array;
  readonly bootloader?: BootloaderBuild | undefined;
  readonly onOperation: (operation: Operation) => void;
}

/** Operations from the end of a page's write until the bit of a `flip` changes. */
const FLIP_AFTER = 3;

/** ESP-IDF's has no trailer. */
function slotOf({ slot }: TrackerMap, boot: Plan["boot"]): FlashGeometry {
  return boot === "mcuboot" ? slot : { ...slot, hasTrailer: false };
}

function otadataOf({ slot }: TrackerMap): FlashGeometry {
  return { ...slot, byteLength: 2 * slot.blockLength };
}

/** The tracker's hardware: two slots, a store, a power supply and the bootloader. */
export class TrackerModel {
  readonly supply: PowerSupply;
  readonly bootModel: BootModel;
  readonly store: PoweredStore;
  private readonly flips: Flip[] = [];

  constructor(options: TrackerModelOptions) {
    const { map, plan, factoryImage } = options;
    this.supply = new PowerSupply(plan.cuts, (operation) => {
      this.countFlips(operation);
      options.onOperation(operation);
    });
    const random = new Random(plan.seed ^ 0x7e45);
    const torn = plan.rough ? random : undefined;
    const { supply } = this;
    const part = (name: FlashPart, geometry: FlashGeometry, content?: Uint8Array): PoweredFlash =>
      new PoweredFlash({ nor: new NorFlash(geometry, content), part: name, supply, torn });
    const slot = slotOf(map, plan.boot);
    const first = part("primary", slot, factoryImage);
    const second = part("secondary", slot);
    this.bootModel =
      plan.boot === "mcuboot"
        ? new McubootModel(first, second, options.bootloader)
        : new EspIdfModel({ slots: [first, second], otadata: part("otadata", otadataOf(map)) });
    this.store = new PoweredStore(supply, random.next);
    for (const fault of plan.bits) this.spoil(fault);
  }

  get primary(): PoweredFlash {
    return this.bootModel.primary;
  }

  get secondary(): PoweredFlash {
    return this.bootModel.secondary;
  }

  /** How often firmware has erased any one page of the slots. */
  get erasesMax(): number {
    const all = this.bootModel.parts.filter((one) => one.part !== "otadata");
    return Math.max(...all.flatMap(({ counts }) => counts.erases.firmware));
  }

  /** Throws PowerCut when the power fails on the way. */
  boot(): ReturnType<BootModel["run"]> {
    this.supply.actor = "bootloader";
    const result = this.bootModel.run();
    this.supply.actor = "firmware";
    return result;
  }

  /**
   * The power fails while the bootloader is at work, and comes back.
   * @returns false if it was done before
   */
  cutBoot(cut: Cut): boolean {
    this.supply.powerOn();
    this.supply.plan(cut);
    try {
      this.boot();
      this.supply.cancel();
      return false;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.supply.powerOn();
      return true;
    }
  }

  /** Everything that outlives a power cut, as one short text. */
  digest(): string {
    const hash = createHash("sha1");
    for (const { nor } of this.bootModel.parts) hash.update(nor.bytes);
    for (const [key, value] of this.store.values) hash.update(key).update(value);
    return hash.digest("base64").slice(0, 12);
  }

  private spoil({ kind, page, byte }: BitFault): void {
    if (kind === "storeError") {
      this.store.failing = { from: page, count: byte + 1 };
      return;
    }
    const { nor } = this.secondary;
    const offset = page * nor.geometry.blockLength + byte;
    const erased = nor.geometry.eraseValue;
    if (kind === "deadPage") {
      // With something on it, so that it shows that no erase clears it.
      nor.bytes.fill(erased ^ 0x5a, page * nor.geometry.blockLength, offset + 1);
      nor.faults = { ...nor.faults, deadPage: page };
    } else if (kind === "stuckBit") {
      nor.faults = { ...nor.faults, stuck: { offset, mask: 0x10, value: erased } };
    } else if (kind === "flip") this.flips.push({ page, offset, left: undefined });
    else this.secondary.failing = { page, verb: kind === "eraseError" ? "erase" : "write" };
  }

  private countFlips({ actor, part }: Operation): void {
    if (actor !== "firmware") return;
    for (const flip of this.flips) {
      if (flip.left === undefined && part === "secondary" && this.isWritten(flip)) {
        flip.left = FLIP_AFTER;
      } else if (flip.left !== undefined) flip.left -= 1;
      if (flip.left !== 0) continue;
      const { bytes } = this.secondary.nor;
      bytes[flip.offset] = (bytes[flip.offset] ?? 0) ^ 0x10;
    }
  }

  private isWritten({ offset }: Flip): boolean {
    const { bytes, geometry } = this.secondary.nor;
    return bytes[offset] !== geometry.eraseValue;
  }
}

interface Flip {
  readonly page: number;
  readonly offset: number;
  left: number | undefined;
}
