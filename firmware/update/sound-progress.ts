import type { PatchPosition } from "../patch/position.ts";
import type { FlashGeometry } from "../ports/flash.ts";
import { slotLayout } from "../slot/layout.ts";
import type { JobFile } from "./job-file.ts";
import type { Journal, Progress } from "./journal.ts";
import { offsetOf } from "./stage.ts";

/**
 * The progress that the journal keeps, if it can be true of this file and slot. What a worn or
 * crafted store says otherwise is dropped, and the file begins again.
 */
export function soundProgress(
  journal: Journal,
  geometry: FlashGeometry,
  { size, isPatch }: JobFile,
): Progress | undefined {
  const progress = journal.progress();
  if (progress === undefined) return undefined;
  const { slot, patch } = progress;
  const bitmapBytes = Math.ceil(geometry.byteLength / geometry.blockLength / 8);
  const isSound =
    (patch !== undefined) === isPatch &&
    (patch === undefined || isSoundPosition(patch)) &&
    offsetOf(progress) <= size &&
    slot.erased.byteLength === bitmapBytes &&
    slot.lowest < slot.end &&
    slot.end <= slotLayout(geometry).imageMaxBytes;
  if (isSound) return progress;
  journal.clearProgress();
  return undefined;
}

/** A reader that goes on believes its places; its sizes it checks. */
function isSoundPosition({ oldPosition, oldBytes, newPosition, newBytes }: PatchPosition): boolean {
  return oldPosition <= oldBytes && newPosition <= newBytes;
}
