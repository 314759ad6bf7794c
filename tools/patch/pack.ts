import { makePatch } from "./make-patch.ts";

/** A patch, or the packed image, and what a job document says of it. */
export interface PatchFile<Location> {
  /** `<from>-<to>.tfp`, or `<to>.tfp` of the packed image: 16 digits of each image's hash. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The list's entry: docs/job-document.md. */
  readonly entry: PatchEntry<Location>;
}

/** An image that trackers run, or will. */
export interface RunImage {
  /** By which they know it: the digest in its TLVs, 64 digits (tools/image/mcuboot.ts, `imageHash`). */
  readonly hash: string;
  /** All its bytes. */
  readonly bytes: Uint8Array;
}

export interface PatchEntry<Location> {
  /** Hash of the image that it starts from; not there for the packed image. */
  readonly from?: string;
  /** Of the file, in bytes. */
  readonly size: number;
  readonly location: Location;
}

/**
 * The files that bring trackers onto the image `next`, and the `patches` of the job's document in the
 * order of `olds`, the packed image last. Each file was applied by the firmware's reader and made
 * `next`. A patch that is no smaller than the packed image is left out, and so is one from an image
 * that came before. Takes up to 20 seconds for each image of 1 MB.
 * @param locate where the file of that name will lie
 */
export function packPatches<Location>(
  next: RunImage,
  olds: readonly RunImage[],
  locate: (name: string) => Location,
): readonly PatchFile<Location>[] {
  const to = next.hash.slice(0, 16);
  const packed = makePatch(undefined, next.bytes);
  const files: PatchFile<Location>[] = [];
  for (const { hash, bytes: old } of new Map(olds.map((one) => [one.hash, one])).values()) {
    const bytes = makePatch(old, next.bytes);
    if (bytes.length >= packed.length) continue;
    const name = `${hash.slice(0, 16)}-${to}.tfp`;
    files.push({ name, bytes, entry: { from: hash, size: bytes.length, location: locate(name) } });
  }
  const name = `${to}.tfp`;
  files.push({ name, bytes: packed, entry: { size: packed.length, location: locate(name) } });
  return files;
}
