import { McubootBoot } from "../../firmware/swap/mcuboot.ts";
import { OffsetSlot } from "../../firmware/swap/offset-slot.ts";
import { mcubootFormat } from "../../firmware/verify/mcuboot-format.ts";
import type { BootModel, BootPorts } from "./boot-model.ts";
import { Bootloader, type BootloaderBuild, type BootResult } from "./bootloader.ts";
import { OffsetBootloader } from "./offset-bootloader.ts";
import type { PoweredFlash } from "./powered-flash.ts";
import { SlotTrailer } from "./trailer.ts";

/** MCUboot with its two slots. */
export class McubootModel implements BootModel {
  readonly primary: PoweredFlash;
  readonly secondary: PoweredFlash;
  readonly parts: readonly PoweredFlash[];
  private readonly bootloader: Bootloader;

  constructor(primary: PoweredFlash, secondary: PoweredFlash, build: BootloaderBuild = {}) {
    this.primary = primary;
    this.secondary = secondary;
    this.parts = [primary, secondary];
    const Mode = build.swap === "offset" ? OffsetBootloader : Bootloader;
    this.bootloader = new Mode({ primary, secondary, ...build });
  }

  run(): BootResult {
    return this.bootloader.run();
  }

  ports(swap: "move" | "offset" | undefined): BootPorts {
    const { primary } = this;
    const secondary = swap === "offset" ? new OffsetSlot(this.secondary) : this.secondary;
    const boot = new McubootBoot({ primary, secondary });
    return { primary, secondary, format: mcubootFormat, boot };
  }

  /** What MCUboot would revert at the next reset. */
  get isUnconfirmed(): boolean {
    const { magic, copyDone, imageOk } = new SlotTrailer(this.primary.nor).read();
    return magic === "good" && copyDone === "set" && imageOk === "unset";
  }

  get isSwapRequested(): boolean {
    return new SlotTrailer(this.secondary.nor).read().magic === "good";
  }

  get isRevertTorn(): boolean {
    return new SlotTrailer(this.secondary.nor).read().magic === "bad";
  }

  get isSwapForgotten(): boolean {
    return new SlotTrailer(this.primary.nor).read().magic !== "good";
  }

  get isRequestHalfMade(): boolean {
    const { magic, type } = new SlotTrailer(this.secondary.nor).read();
    return magic === "good" && type !== "test";
  }
}
