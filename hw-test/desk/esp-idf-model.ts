import { OtaBoot } from "../../firmware/swap/ota-boot.ts";
import { espFormat } from "../../firmware/verify/esp-image.ts";
import { type EspImage, readEspImage } from "../../tools/image/esp-image.ts";
import type { BootModel, BootPorts } from "./boot-model.ts";
import { OtaPartitionsModel } from "./ota-partitions.ts";
import { Otadata } from "./otadata.ts";
import type { PoweredFlash } from "./powered-flash.ts";

/** The partitions that it starts from, ota_0 and ota_1, and its own. */
export interface EspIdfParts {
  readonly slots: readonly [PoweredFlash, PoweredFlash];
  readonly otadata: PoweredFlash;
}

/**
 * ESP-IDF's bootloader with rollback and without a factory partition (bootloader_utility.c, v5): its
 * choice by otadata, and its notes there.
 */
export class EspIdfModel implements BootModel {
  readonly parts: readonly PoweredFlash[];
  private readonly slots: EspIdfParts["slots"];
  private readonly otadata: Otadata;
  /** What was started last. */
  private running: 0 | 1 = 0;
  private isStarted = false;

  constructor({ slots, otadata }: EspIdfParts) {
    this.slots = slots;
    this.otadata = new Otadata(otadata);
    this.parts = [...slots, otadata];
  }

  get primary(): PoweredFlash {
    return this.slots[this.running];
  }

  get secondary(): PoweredFlash {
    return this.slots[this.other];
  }

  private get other(): 0 | 1 {
    return this.running === 0 ? 1 : 0;
  }

  run(): { did: string; image: EspImage | undefined } {
    this.isStarted = false;
    const isAborted = this.abortPending();
    const { chosen, isTest } = this.choose();
    const found = this.findSound(chosen ?? 0);
    if (found === undefined) return { did: "none", image: undefined };
    const isBlank = this.otadata.entries().every((entry) => entry?.isSound !== true);
    if (isBlank && chosen !== undefined) this.otadata.write(0, found.slot + 1, "valid");
    this.running = found.slot;
    this.isStarted = true;
    const refused = found.slot === chosen ? "" : ", refused";
    return {
      did: `${isTest ? "test" : isAborted ? "revert" : "none"}${refused}`,
      image: found.image,
    };
  }

  ports(): BootPorts {
    const { primary, secondary, otadata } = this;
    const ota = new OtaPartitionsModel(otadata, { slot: this.other, flash: secondary });
    return { primary, secondary, format: espFormat, boot: new OtaBoot(ota) };
  }

  /** Also where a cut has taken the entry of what runs. */
  get isUnconfirmed(): boolean {
    if (this.otadata.entries().some((entry) => entry?.state === "pending")) return true;
    const active = this.otadata.active()?.entry;
    const next = active?.slot ?? 0;
    return this.isStarted && active?.state !== "new" && next !== this.running;
  }

  get isSwapRequested(): boolean {
    return this.otadata.active()?.entry.state === "new";
  }

  get isRevertTorn(): boolean {
    return false;
  }

  get isSwapForgotten(): boolean {
    return false;
  }

  get isRequestHalfMade(): boolean {
    return false;
  }

  private abortPending(): boolean {
    let isAny = false;
    for (const sector of [0, 1] as const) {
      const entry = this.otadata.entries()[sector];
      if (entry?.state !== "pending") continue;
      this.otadata.write(sector, entry.seq, "aborted");
      isAny = true;
    }
    return isAny;
  }

  /** `chosen` is undefined where an entry stands that says nothing: then whatever is sound is started. */
  private choose(): { readonly chosen: 0 | 1 | undefined; readonly isTest: boolean } {
    const active = this.otadata.active();
    if (active === undefined) {
      const isOut = this.otadata
        .entries()
        .every((entry) => entry === undefined || /invalid|aborted/.test(entry.state));
      return { chosen: isOut ? 0 : undefined, isTest: false };
    }
    const { sector, entry } = active;
    const isTest = entry.state === "new";
    if (isTest) this.otadata.write(sector, entry.seq, "pending");
    return { chosen: entry.slot, isTest };
  }

  private findSound(first: 0 | 1): { slot: 0 | 1; image: EspImage } | undefined {
    const order: readonly (0 | 1)[] = first === 0 ? [0, 1] : [1, 0];
    for (const slot of order) {
      const image = readEspImage(this.slots[slot].nor.bytes);
      if (image?.isSound) return { slot, image };
    }
    return undefined;
  }
}
