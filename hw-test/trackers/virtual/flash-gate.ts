import type { PartitionName } from "../../../tools/image/memory-map.ts";
import { realTiming } from "./air.ts";
import { addCounts, type FlashCount, FlashMeter } from "./flash-meter.ts";
import { type FlashTiming, operationMs } from "./flash-timing.ts";
import { encodeFrame } from "./link.ts";
import {
  type Extent,
  type FlashOperation,
  type PowerCut,
  PowerSwitch,
  parseFlashOperation,
} from "./power.ts";

export type Actor = "bootloader" | "firmware";

/** One operation as it was let through, before the board goes on with it. */
export interface JudgedOperation extends FlashOperation {
  readonly actor: Actor;
  readonly extent: Extent;
}

export interface FlashGateOptions {
  readonly cuts: readonly PowerCut[];
  readonly timing: FlashTiming | undefined;
  readonly onOperation: (operation: JudgedOperation) => void;
}

/** Every flash operation passes here: it is counted, takes its time, or ends in a power cut. */
export class FlashGate {
  /** Who is at work; set by the rig as a power cycle goes on. */
  actor: Actor = "bootloader";
  readonly meters = { bootloader: new FlashMeter(), firmware: new FlashMeter() };
  readonly power: PowerSwitch;
  private readonly timing: FlashTiming | undefined;
  private readonly onOperation: (operation: JudgedOperation) => void;

  constructor(options: FlashGateOptions) {
    this.power = new PowerSwitch(options.cuts);
    this.timing = options.timing;
    this.onOperation = options.onOperation;
  }

  /**
   * Answers a FLASH_OP with one FLASH_GO.
   * @throws LinkError on a malformed payload
   */
  handle(payload: Buffer, send: (frame: Buffer) => void): void {
    const operation = parseFlashOperation(payload);
    const { payload: verdict, extent } = this.power.judge(operation);
    if (extent !== "none") this.meters[this.actor].count(operation);
    this.onOperation({ ...operation, actor: this.actor, extent });
    const go = encodeFrame({ name: "FLASH_GO", payload: verdict });
    if (this.timing === undefined) send(go);
    else realTiming.after(operationMs(this.timing, operation), () => send(go));
  }

  /** Of one partition, or of all, by bootloader and firmware together. */
  count(partition?: PartitionName): FlashCount {
    const { bootloader, firmware } = this.meters;
    return addCounts(bootloader.total(partition), firmware.total(partition));
  }
}
