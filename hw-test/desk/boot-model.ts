import type { Boot } from "../../firmware/ports/boot.ts";
import type { Flash } from "../../firmware/ports/flash.ts";
import type { ImageFormat } from "../../firmware/ports/image.ts";
import type { PoweredFlash } from "./powered-flash.ts";

/** An image that a bootloader starts. */
export interface StartedImage {
  readonly version: string;
  readonly body: Uint8Array;
}

/** What the firmware is given of it. */
export interface BootPorts {
  readonly primary: Flash;
  readonly secondary: Flash;
  readonly format: ImageFormat;
  readonly boot: Boot;
}

/** A tracker's bootloader, the flash that it works on, and how they stand. */
export interface BootModel {
  /** All its flash, for digests. */
  readonly parts: readonly PoweredFlash[];
  /** The slot that runs, and the one that images are written to. */
  readonly primary: PoweredFlash;
  readonly secondary: PoweredFlash;
  /** What it does at a start. Throws PowerCut when the power fails on the way. */
  run(): { readonly did: string; readonly image: StartedImage | undefined };
  /** @param swap how the firmware is told that it swaps */
  ports(swap: "move" | "offset" | undefined): BootPorts;
  /** What runs would not stay at the next reset. */
  readonly isUnconfirmed: boolean;
  /** The bootloader would act on it at the next reset. */
  readonly isSwapRequested: boolean;
  /** A cut has torn a revert's request, so that nobody asks for it any more. */
  readonly isRevertTorn: boolean;
  /** Nothing tells of a swap. */
  readonly isSwapForgotten: boolean;
  /** Half of a request that the bootloader would act on. */
  readonly isRequestHalfMade: boolean;
}
