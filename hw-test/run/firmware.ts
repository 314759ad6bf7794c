import { asBuilt, buildImage } from "../../tools/build/image.ts";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { fromHex } from "../../tools/image/hex.ts";
import { readImage } from "../../tools/image/mcuboot.ts";
import { partitions } from "../../tools/image/memory-map.ts";
import { faultsOf } from "../trackers/virtual/faults.ts";
import type { OfferedPatch } from "./job.ts";
import type { RunOptions } from "./options.ts";
import { patchesFor } from "./patches.ts";

const OLD_VERSION = "1.0.0";

/** What a run flashes and what it offers. */
export interface Firmware {
  /** The image the tracker starts with. */
  readonly oldImage: Uint8Array;
  /** The new firmware, as the HEX file that is uploaded. */
  readonly newHex: string;
  /** The new file has an MCUboot header; without one the bootloader will not start it. */
  readonly hasHeader: boolean;
  readonly patches: readonly OfferedPatch[];
}

export async function prepareFirmware(options: RunOptions): Promise<Firmware> {
  const { hex, from, unsigned } = options;
  const oldImage =
    from === undefined
      ? (await buildImage({ version: OLD_VERSION, flavour: soundFlavour(unsigned) })).image
      : imageOfHex("--from", from);
  const newHex = hex ?? (await buildNew(options));
  const hasHeader = hex === undefined || hasImageHeader(hex);
  return { oldImage, newHex, hasHeader, patches: patchesFor(options.ways, oldImage, newHex) };
}

async function buildNew({ version, faults, unsigned }: RunOptions): Promise<string> {
  const crashes = faultsOf(faults, "crash-at-boot").length > 0;
  const flavour = crashes ? "crash" : soundFlavour(unsigned);
  const built = await buildImage({ version, flavour });
  if (faultsOf(faults, "bad-image").length === 0) return built.hex;
  const broken = built.image.slice();
  const middle = broken.byteLength >> 1;
  broken[middle] = (broken[middle] ?? 0) ^ 0x01;
  return asBuilt(broken).hex;
}

function soundFlavour(unsigned: boolean): "unsigned" | "normal" {
  return unsigned ? "unsigned" : "normal";
}

/** The bytes from the lowest address on, as a debug probe would flash them; gaps are 0xFF. */
function imageOfHex(option: string, hex: string): Uint8Array {
  const image = fromHex(hex, partitions["image-0"].byteLength)?.bytes;
  if (image === undefined) throw new UsageError(`${option}: not a sound Intel HEX file`);
  if (readImage(image) === undefined) {
    throw new UsageError(`${option}: no MCUboot image, the bootloader would not start it`);
  }
  return image;
}

/** Whether the new file is an MCUboot image; a broken file is the tracker's to refuse. */
function hasImageHeader(hex: string): boolean {
  const image = fromHex(hex, partitions["image-0"].byteLength)?.bytes;
  return image !== undefined && readImage(image) !== undefined;
}
