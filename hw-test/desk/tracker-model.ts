import { createHash } from "node:crypto";
import { NorFlash, PowerCut } from "../model/nor-flash.ts";
import { Bootloader, type BootloaderBuild, type BootResult } from "./bootloader.ts";
import type { TrackerMap } from "./geometries.ts";
import { OffsetBootloader } from "./offset-bootloader.ts";
import type { BitFault, Plan } from "./plan.ts";
import { type Cut, type Operation, PowerSupply } from "./power-supply.ts";
import { PoweredFlash } from "./powered-flash.ts";
import { PoweredStore } from "./powered-store.ts";
import { Random } from "./random.ts";
import { SlotTrailer } from "./trailer.ts";

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

/** The tracker's hardware: two slots, a store, a power supply and the bootloader. */
export class TrackerModel {
  readonly supply: PowerSupply;
  readonly primary: PoweredFlash;
  readonly secondary: PoweredFlash;
  readonly store: PoweredStore;
  private readonly bootloader: Bootloader;
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
    const primary = new NorFlash(map.slot, factoryImage);
    const secondary = new NorFlash(map.slot);
    this.primary = new PoweredFlash({ nor: primary, part: "primary", supply, torn });
    this.secondary = new PoweredFlash({ nor: secondary, part: "secondary", supply, torn });
    this.store = new PoweredStore(supply, random.next);
    const Mode = options.bootloader?.swap === "offset" ? OffsetBootloader : Bootloader;
    this.bootloader = new Mode({
      primary: this.primary,
      secondary: this.secondary,
      ...options.bootloader,
    });
    for (const fault of plan.bits) this.spoil(fault);
  }

  /** Throws PowerCut when the power fails on the way. */
  boot(): BootResult {
    this.supply.actor = "bootloader";
    const result = this.bootloader.run();
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

  /** What MCUboot would revert at the next reset. */
  get isUnconfirmed(): boolean {
    const { magic, copyDone, imageOk } = new SlotTrailer(this.primary.nor).read();
    return magic === "good" && copyDone === "set" && imageOk === "unset";
  }

  /** A cut has torn the magic of a revert's request, so that MCUboot asks for it no more. */
  get isRevertTorn(): boolean {
    return new SlotTrailer(this.secondary.nor).read().magic === "bad";
  }

  /** Nothing tells MCUboot of a swap. */
  get isSwapForgotten(): boolean {
    return new SlotTrailer(this.primary.nor).read().magic !== "good";
  }

  /** A magic that MCUboot would act on, without the rest of the request. */
  get isRequestHalfMade(): boolean {
    const { magic, type } = new SlotTrailer(this.secondary.nor).read();
    return magic === "good" && type !== "test";
  }

  /** Everything that outlives a power cut, as one short text. */
  digest(): string {
    const hash = createHash("sha1").update(this.primary.nor.bytes).update(this.secondary.nor.bytes);
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
