import { UsageError } from "../../tools/command-line/usage-error.ts";
import type { Format } from "../../tools/image/formats.ts";
import { fromHex } from "../../tools/image/hex.ts";
import { partitions } from "../../tools/image/memory-map.ts";
import { makePatch } from "../../tools/patch/make-patch.ts";
import type { OfferedPatch } from "./job.ts";

export type PatchKind = "patch" | "packed";

export interface PatchOrder {
  readonly old: Uint8Array;
  readonly newHex: string;
  readonly format: Format;
}

/** Patches onto the image in a HEX file; of a file that no tool can read there are none. */
export function patchesFor(
  kinds: readonly PatchKind[],
  { old, newHex, format }: PatchOrder,
): OfferedPatch[] {
  if (kinds.length === 0) return [];
  const next = fromHex(newHex, partitions["image-1"].byteLength)?.bytes;
  if (next === undefined) throw new UsageError("--patch and --packed need a sound Intel HEX file");
  return kinds.map((kind) =>
    kind === "packed"
      ? { bytes: makePatch(undefined, next) }
      : { from: format.hashOf(old), bytes: makePatch(old, next) },
  );
}
