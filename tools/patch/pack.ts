import { createHash } from "node:crypto";
import { makePatch } from "./make-patch.ts";

/** A patch, or the packed image, and what a job document says of it. */
export interface PatchFile {
  /** `<from>-<to>.tfp`, or `<to>.tfp` of the packed image: 16 digits of each image's SHA-256. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The list's entry: docs/job-document.md. */
  readonly entry: PatchEntry;
}

/** Where a file lies, as a job document says it. */
export type PatchLocation =
  | { readonly location: Readonly<Record<string, string>> }
  | { readonly url: string };

export type PatchEntry = PatchLocation & {
  /** SHA-256 of the image that it starts from, 64 digits; not there for the packed image. */
  readonly from?: string;
  /** Of the file, in bytes. */
  readonly size: number;
};

/**
 * The files that bring trackers onto the image `next`, and the `patches` of the job's document in the
 * order of `olds`, the packed image last. Each file was applied by the firmware's reader and made
 * `next`. A patch that is no smaller than the packed image is left out, and so is one from an image
 * that came before. Takes up to 20 seconds for each image of 1 MB.
 * @param olds MCUboot images that trackers run, all their bytes
 * @param locate where the file of that name will lie
 */
export function packPatches(
  next: Uint8Array,
  olds: readonly Uint8Array[],
  locate: (name: string) => PatchLocation,
): readonly PatchFile[] {
  const to = sha256(next);
  const packed = makePatch(undefined, next);
  const files: PatchFile[] = [];
  for (const [from, old] of new Map(olds.map((image) => [sha256(image), image]))) {
    const bytes = makePatch(old, next);
    if (bytes.length >= packed.length) continue;
    const name = `${from.slice(0, 16)}-${to.slice(0, 16)}.tfp`;
    files.push({ name, bytes, entry: { from, size: bytes.length, ...locate(name) } });
  }
  const name = `${to.slice(0, 16)}.tfp`;
  files.push({ name, bytes: packed, entry: { size: packed.length, ...locate(name) } });
  return files;
}

function sha256(image: Uint8Array): string {
  return createHash("sha256").update(image).digest("hex");
}
