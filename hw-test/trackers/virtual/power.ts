import { FLASH_BYTES } from "../../../tools/image/memory-map.ts";
import { type Fault, faultsOf } from "./faults.ts";
import { LinkError } from "./link.ts";

/** One erase or write that the board asks leave for (docs/virtual-tracker.md, FLASH_OP). */
export interface FlashOperation {
  readonly kind: "erase" | "write";
  /** In the whole flash. */
  readonly address: number;
  readonly byteLength: number;
}

/** Where a power cut falls: the operation's number from 1, and how much of it still happens. */
export interface PowerCut {
  readonly operation: number;
  /** Counts only these operations, from when the cut is added; all from the start if left out. */
  readonly among?: (operation: FlashOperation) => boolean;
  readonly when: "before" | "inside" | "after";
  /** Bytes of the operation that take place with `inside`; half of it if not given. */
  readonly doneBytes?: number;
}

/** Verdicts of FLASH_GO, by their number on the link. */
const verdicts = Object.freeze({ proceed: 0, before: 1, inside: 2, after: 3 });
const extents = Object.freeze({
  proceed: "all",
  before: "none",
  inside: "part",
  after: "all",
} as const);
const OPERATION_BYTES = 9;

/** How much of a flash operation took place. */
export type Extent = "none" | "part" | "all";

/** @throws LinkError on a malformed payload */
export function parseFlashOperation(payload: Buffer): FlashOperation {
  const kind = payload[0] === 1 ? "erase" : payload[0] === 2 ? "write" : undefined;
  if (kind === undefined || payload.byteLength !== OPERATION_BYTES) {
    throw new LinkError("a malformed FLASH_OP");
  }
  const operation = {
    kind,
    address: payload.readUInt32LE(1),
    byteLength: payload.readUInt32LE(5),
  } as const;
  if (operation.address + operation.byteLength > FLASH_BYTES) {
    throw new LinkError(`a FLASH_OP beyond the flash, at ${operation.address}`);
  }
  return operation;
}

/** The cuts that `power@flash` faults ask for. */
export function powerCutsOf(faults: readonly Fault[]): PowerCut[] {
  return faultsOf(faults, "power").map(({ operation, torn }) => ({
    operation,
    when: torn ? "inside" : "before",
  }));
}

/** The power switch: counts flash operations over all power cycles and cuts at the chosen ones. */
export class PowerSwitch {
  /** Operations so far, of the bootloader, the store and the firmware. */
  operations = 0;
  private readonly cuts: { readonly cut: PowerCut; counted: number }[];

  constructor(cuts: readonly PowerCut[]) {
    this.cuts = cuts.map((cut) => ({ cut, counted: 0 }));
  }

  /** One more cut; without `among` its `operation` counts from the first power-on. */
  add(cut: PowerCut): void {
    this.cuts.push({ cut, counted: cut.among === undefined ? this.operations : 0 });
  }

  /** @returns the payload of FLASH_GO, and how much of the operation takes place */
  judge(operation: FlashOperation): { payload: Buffer; extent: Extent } {
    this.operations++;
    const cut = this.dueAt(operation);
    const when = cut?.when ?? "proceed";
    const payload = Buffer.alloc(5);
    payload.writeUInt8(verdicts[when], 0);
    if (when === "inside") {
      payload.writeUInt32LE(cut?.doneBytes ?? Math.floor(operation.byteLength / 2), 1);
    }
    return { payload, extent: extents[when] };
  }

  private dueAt(operation: FlashOperation): PowerCut | undefined {
    let due: PowerCut | undefined;
    for (const entry of this.cuts) {
      if (entry.cut.among?.(operation) === false) continue;
      entry.counted++;
      if (entry.counted === entry.cut.operation) due = entry.cut;
    }
    return due;
  }
}
