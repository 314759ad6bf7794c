import { asBuilt, type BuiltImage, buildImage } from "../../tools/build/image.ts";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { seemingKind } from "../../tools/image/file-kind.ts";
import { type Format, formats } from "../../tools/image/formats.ts";
import { fromHex } from "../../tools/image/hex.ts";
import { partitions } from "../../tools/image/memory-map.ts";
import { boards } from "../trackers/boards.ts";
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
  /** The new file has the header of an image; without one the bootloader will not start it. */
  readonly hasHeader: boolean;
  /** Of the new file's data, from the lowest to the highest address; 0 if it cannot be read. */
  readonly imageBytes: number;
  /** The same data; undefined if it cannot be read. */
  readonly newImage: Uint8Array | undefined;
  /** What the new file is instead of Intel HEX, for people; undefined if it looks like HEX. */
  readonly seems: string | undefined;
  readonly patches: readonly OfferedPatch[];
}

export async function prepareFirmware(options: RunOptions): Promise<Firmware> {
  const { hex, from, boot } = options;
  const format = formats[boot];
  const oldImage =
    from === undefined ? (await buildOld(options)).image : imageOfHex("--from", from, format);
  const newHex = hex ?? (await buildNew(options));
  const image = fromHex(newHex, partitions["image-0"].byteLength)?.bytes;
  const { kind, about } = seemingKind(Buffer.from(newHex, "latin1"));
  return {
    oldImage,
    newHex,
    // A broken file is the tracker's to refuse.
    hasHeader: hex === undefined || (image !== undefined && format.versionOf(image) !== undefined),
    imageBytes: image?.byteLength ?? 0,
    newImage: image,
    seems: kind === "hex" ? undefined : about,
    patches: patchesFor(options.ways, { old: oldImage, newHex, format }),
  };
}

function buildOld({ unsigned, board, boot, app }: RunOptions): Promise<BuiltImage> {
  const { code } = boards[board];
  return buildImage({ version: OLD_VERSION, flavour: soundFlavour(unsigned), boot, app, code });
}

async function buildNew(options: RunOptions): Promise<string> {
  const { version, faults, unsigned, board, boot, app } = options;
  const { code } = boards[board];
  const crashes = faultsOf(faults, "crash-at-boot").length > 0;
  const flavour = crashes ? "crash" : soundFlavour(unsigned);
  const built = await buildImage({ version, flavour, boot, app: crashes ? undefined : app, code });
  if (faultsOf(faults, "bad-image").length === 0) return built.hex;
  return asBuilt(damaged(built.image)).hex;
}

/** The same image with one bit flipped, in the middle. */
export function damaged(image: Uint8Array): Uint8Array {
  const broken = image.slice();
  const middle = broken.byteLength >> 1;
  broken[middle] = (broken[middle] ?? 0) ^ 0x01;
  return broken;
}

function soundFlavour(unsigned: boolean): "unsigned" | "normal" {
  return unsigned ? "unsigned" : "normal";
}

/** The bytes from the lowest address on, as a debug probe would flash them; gaps are 0xFF. */
function imageOfHex(option: string, hex: string, format: Format): Uint8Array {
  const image = fromHex(hex, partitions["image-0"].byteLength)?.bytes;
  if (image === undefined) throw new UsageError(`${option}: not a sound Intel HEX file`);
  if (format.versionOf(image) === undefined) {
    throw new UsageError(`${option}: no ${format.header}, the bootloader would not start it`);
  }
  return image;
}
