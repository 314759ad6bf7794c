import { readEspImage } from "../../tools/image/esp-image.ts";
import { type BootName, bootNames, type Format, formats } from "../../tools/image/formats.ts";
import { type PartitionName, partitions } from "../../tools/image/memory-map.ts";
import { activeEntry, readOtadata } from "../../tools/image/otadata.ts";
import { isConfirmed, readSlot } from "./slot-contents.ts";

/** What a debug probe reads of a whole flash, by code that shares nothing with what wrote it. */
export interface BootReading {
  /** Of the image that starts next, or runs. */
  readonly version: string | undefined;
  /** It stays after the next reset. */
  readonly confirmed: boolean;
  /** Another image is to be tried at the next reset. */
  readonly isSwapRequested: boolean;
}

export interface BootScheme {
  readonly about: string;
  /** For the board's `run`. */
  readonly boardArguments: readonly string[];
  readonly format: Format;
  readonly read: (flash: Uint8Array) => BootReading;
  /** What else is erased when the first image is flashed by a probe. */
  readonly notes: readonly PartitionName[];
}

/** The bootloaders that a virtual tracker may have. */
export const bootSchemes: Readonly<Record<BootName, BootScheme>> = Object.freeze({
  mcuboot: {
    about: "MCUboot: two slots that are swapped",
    boardArguments: [],
    format: formats.mcuboot,
    read: readMcuboot,
    notes: [],
  },
  "esp-idf": {
    about: "ESP-IDF: two partitions, either of which is started in place",
    boardArguments: ["--boot", "esp-idf"],
    format: formats["esp-idf"],
    read: readEspIdf,
    notes: ["otadata"],
  },
});

/** One line each, for help texts. */
export const bootList = bootNames.map((name) => `${name}: ${bootSchemes[name].about}`).join("; ");

function readMcuboot(flash: Uint8Array): BootReading {
  const primary = readSlot(part(flash, "image-0"));
  return {
    version: primary.image?.version,
    confirmed: isConfirmed(primary),
    isSwapRequested: readSlot(part(flash, "image-1")).trailer.magic === "good",
  };
}

/** Without an entry ota_0 starts, and stays. */
function readEspIdf(flash: Uint8Array): BootReading {
  const entries = readOtadata(part(flash, "otadata"));
  const active = activeEntry(entries);
  const isSwapRequested = active?.state === "new";
  // A request is for the other one: what runs is what it is to take the place of.
  const slot = isSwapRequested ? 1 - active.slot : (active?.slot ?? 0);
  return {
    version: readEspImage(part(flash, slot === 0 ? "image-0" : "image-1"))?.version,
    confirmed: active?.state !== "pending",
    isSwapRequested,
  };
}

function part(flash: Uint8Array, name: PartitionName): Uint8Array {
  const { offset, byteLength } = partitions[name];
  return flash.subarray(offset, offset + byteLength);
}
