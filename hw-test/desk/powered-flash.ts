import { Failure } from "../../firmware/failure.ts";
import type { Flash, FlashGeometry } from "../../firmware/ports/flash.ts";
import type { NorFlash } from "../model/nor-flash.ts";
import type { Operation, PowerSupply } from "./power-supply.ts";
import type { Random } from "./random.ts";

export type FlashPart = Exclude<Operation["part"], "store">;

export interface PoweredFlashOptions {
  readonly nor: NorFlash;
  readonly part: FlashPart;
  readonly supply: PowerSupply;
  /** Decides what a torn operation leaves; without it, the first half is done. */
  readonly torn: Random | undefined;
}

/** How often a page was erased by whom, and what was written. */
export interface FlashCounts {
  readonly erases: Record<Operation["actor"], number[]>;
  writes: number;
  bytesWritten: number;
}

/**
 * A partition that depends on the power. What a torn operation leaves is as bad as NOR can make it:
 * a write stops inside a byte; an erase leaves some bits, or the zeros that parts program first.
 * The bootloader's writes tear between write blocks only, since MCUboot relies on that.
 */
export class PoweredFlash implements Flash {
  readonly geometry: FlashGeometry;
  readonly nor: NorFlash;
  readonly counts: FlashCounts;
  readonly part: FlashPart;
  /** What firmware is told an error of, as platforms/moddable/flash.ts passes it on. */
  failing: { readonly page: number; readonly verb: "erase" | "write" } | undefined;
  private readonly options: PoweredFlashOptions;

  constructor(options: PoweredFlashOptions) {
    this.options = options;
    this.nor = options.nor;
    this.part = options.part;
    this.geometry = options.nor.geometry;
    const pages = this.geometry.byteLength / this.geometry.blockLength;
    const zeros = (): number[] => new Array<number>(pages).fill(0);
    this.counts = {
      erases: { bootloader: zeros(), firmware: zeros() },
      writes: 0,
      bytesWritten: 0,
    };
  }

  read(into: Uint8Array, offset: number): void {
    this.options.supply.requirePower();
    this.nor.read(into, offset);
  }

  write(bytes: Uint8Array, offset: number): void {
    const { supply, part } = this.options;
    this.reportError("write", Math.floor(offset / this.geometry.blockLength));
    this.counts.writes += 1;
    this.counts.bytesWritten += bytes.byteLength;
    supply.operate(
      { part, kind: "write" },
      {
        whole: () => this.nor.write(bytes, offset),
        torn: () => this.tearWrite(bytes, offset),
      },
    );
  }

  eraseBlock(blockIndex: number): void {
    const { supply, part } = this.options;
    this.reportError("erase", blockIndex);
    const erases = this.counts.erases[supply.actor];
    erases[blockIndex] = (erases[blockIndex] ?? 0) + 1;
    supply.operate(
      { part, kind: "erase" },
      {
        whole: () => this.nor.eraseBlock(blockIndex),
        torn: () => this.tearErase(blockIndex * this.geometry.blockLength),
      },
    );
  }

  private reportError(verb: "erase" | "write", page: number): void {
    const isFailing = this.failing?.page === page && this.failing.verb === verb;
    if (!isFailing || this.options.supply.actor === "bootloader") return;
    throw new Failure(verb === "erase" ? "FLASH_ERASE" : "FLASH_WRITE", "device error");
  }

  private tearWrite(bytes: Uint8Array, offset: number): void {
    const { torn, supply } = this.options;
    const { writeAlign, eraseValue } = this.geometry;
    const content = this.nor.bytes;
    const reached = torn === undefined ? bytes.byteLength >> 1 : torn.below(bytes.byteLength + 1);
    const isWhole = supply.actor === "bootloader";
    const count = isWhole ? reached - (reached % writeAlign) : reached;
    content.set(bytes.subarray(0, count), offset);
    const next = bytes[count];
    if (torn === undefined || isWhole || next === undefined) return;
    // Some bits of one byte more: those that are to change, and not all of them.
    content[offset + count] = eraseValue ^ ((next ^ eraseValue) & torn.below(256));
  }

  private tearErase(start: number): void {
    const { torn } = this.options;
    const { blockLength, eraseValue } = this.geometry;
    const page = this.nor.bytes.subarray(start, start + blockLength);
    const kind = torn === undefined ? "half" : torn.pick(["half", "tail", "bits", "programmed"]);
    if (kind === "half") page.fill(eraseValue, 0, blockLength / 2);
    else if (kind === "tail") page.fill(eraseValue, blockLength / 2);
    else if (kind === "programmed") page.fill(eraseValue ^ 0xff);
    else {
      for (let at = 0; at < blockLength; at++) {
        const left = ((page[at] ?? 0) ^ eraseValue) & (torn?.below(256) ?? 0);
        page[at] = eraseValue ^ left;
      }
    }
  }
}
