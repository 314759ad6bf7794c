import type { PartitionName } from "../../../tools/image/memory-map.ts";
import { realTiming } from "./air.ts";
import { addCounts, type FlashCount, FlashMeter } from "./flash-meter.ts";
import { type FlashTiming, operationMs } from "./flash-timing.ts";
import { encodeFrame } from "./link.ts";
import { type PowerCut, PowerSwitch, parseFlashOperation } from "./power.ts";

/** Every flash operation passes here: it is counted, takes its time, or ends in a power cut. */
export class FlashGate {
  /** Who is at work; set by the rig as a power cycle goes on. */
  actor: "bootloader" | "firmware" = "bootloader";
  readonly meters = { bootloader: new FlashMeter(), firmware: new FlashMeter() };
  readonly power: PowerSwitch;
  private readonly timing: FlashTiming | undefined;

  constructor(options: { cuts: readonly PowerCut[]; timing: FlashTiming | undefined }) {
    this.power = new PowerSwitch(options.cuts);
    this.timing = options.timing;
  }

  /**
   * Answers a FLASH_OP with one FLASH_GO.
   * @throws LinkError on a malformed payload
   */
  handle(payload: Buffer, send: (frame: Buffer) => void): void {
    const operation = parseFlashOperation(payload);
    const verdict = this.power.judge(operation);
    if (verdict.happens) this.meters[this.actor].count(operation);
    const go = encodeFrame({ name: "FLASH_GO", payload: verdict.payload });
    if (this.timing === undefined) send(go);
    else realTiming.after(operationMs(this.timing, operation), () => send(go));
  }

  /** Of one partition, or of all, by bootloader and firmware together. */
  count(partition?: PartitionName): FlashCount {
    const { bootloader, firmware } = this.meters;
    return addCounts(bootloader.total(partition), firmware.total(partition));
  }
}
