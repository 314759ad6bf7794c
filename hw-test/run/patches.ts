import { UsageError } from "../../tools/command-line/usage-error.ts";
import { fromHex } from "../../tools/image/hex.ts";
import { imageHash } from "../../tools/image/mcuboot.ts";
import { partitions } from "../../tools/image/memory-map.ts";
import { makePatch } from "../../tools/patch/make-patch.ts";
import type { OfferedPatch } from "./job.ts";

export type PatchKind = "patch" | "packed";

/** Patches onto the image in a HEX file; of a file that no tool can read there are none. */
export function patchesFor(
  kinds: readonly PatchKind[],
  old: Uint8Array,
  newHex: string,
): OfferedPatch[] {
  if (kinds.length === 0) return [];
  const next = fromHex(newHex, partitions["image-1"].byteLength)?.bytes;
  if (next === undefined) throw new UsageError("--patch and --packed need a sound Intel HEX file");
  return kinds.map((kind) =>
    kind === "packed"
      ? { bytes: makePatch(undefined, next) }
      : { from: imageHash(old), bytes: makePatch(old, next) },
  );
}
