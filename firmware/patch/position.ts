/** The start of a chunk and what is known there: enough to go on from it. Offsets are in bytes. */
export interface PatchPosition {
  /** In the patch file: of the chunk's length field, or of the file's end; 0: nothing is known. */
  readonly offset: number;
  /** Where the next copy's seek counts from, in the old image. */
  readonly oldPosition: number;
  /** Bytes of the new image before it. */
  readonly newPosition: number;
  /** Sizes of the images, and the most that a chunk inflates to: from the file's head. */
  readonly oldBytes: number;
  readonly newBytes: number;
  readonly chunkBytes: number;
}

/** Bytes that a position takes in the journal. */
export const POSITION_BYTES = 24;

/** Writes `position` into `view` from `at` on. */
export function writePosition(view: DataView, at: number, position: PatchPosition): void {
  view.setUint32(at, position.offset, true);
  view.setUint32(at + 4, position.oldPosition, true);
  view.setUint32(at + 8, position.newPosition, true);
  view.setUint32(at + 12, position.oldBytes, true);
  view.setUint32(at + 16, position.newBytes, true);
  view.setUint32(at + 20, position.chunkBytes, true);
}

export function readPosition(view: DataView, at: number): PatchPosition {
  return {
    offset: view.getUint32(at, true),
    oldPosition: view.getUint32(at + 4, true),
    newPosition: view.getUint32(at + 8, true),
    oldBytes: view.getUint32(at + 12, true),
    newBytes: view.getUint32(at + 16, true),
    chunkBytes: view.getUint32(at + 20, true),
  };
}
