import type { FlashGeometry } from "../ports/flash.ts";
import { slotLayout } from "../slot/layout.ts";
import type { Journal, Progress } from "./journal.ts";

/**
 * The progress that the journal keeps, if it can be true of this file and slot. What a worn or
 * crafted store says otherwise is dropped, and the file begins again.
 * @param fileBytes length of the job's file
 */
export function soundProgress(
  journal: Journal,
  geometry: FlashGeometry,
  fileBytes: number,
): Progress | undefined {
  const progress = journal.progress();
  if (progress === undefined) return undefined;
  const { hex, slot } = progress;
  const bitmapBytes = Math.ceil(geometry.byteLength / geometry.blockLength / 8);
  const isSound =
    hex.offset <= fileBytes &&
    slot.erased.byteLength === bitmapBytes &&
    slot.lowest < slot.end &&
    slot.end <= slotLayout(geometry).imageMaxBytes;
  if (isSound) return progress;
  journal.clearProgress();
  return undefined;
}
