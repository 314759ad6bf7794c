import type { HexPosition } from "../hex/parser.ts";
import type { PatchPosition } from "../patch/position.ts";

/** Where a file goes on after a reset: one of the two, by the kind of the file. */
export interface FilePlace {
  /** At the start of a record of the HEX file. */
  readonly hex: HexPosition | undefined;
  /** At the start of a chunk of the patch. */
  readonly patch: PatchPosition | undefined;
  /** CRC-32 of the HEX file's bytes before it. */
  readonly fileCrc: number;
}

/** What makes bytes of the image of bytes of the file. Every method but `place` may throw a Failure. */
export interface Stage {
  /** The server's CRC-32 of the whole file, known before its first byte. */
  identify(serverCrc: number | undefined): void;
  /**
   * `bytes[0..length)` lie at `offset` of the file.
   * @returns false if there is more to do with them: `proceed` is to be called until it says true
   */
  push(bytes: Uint8Array, length: number, offset: number): boolean;
  proceed(): boolean;
  /** All of the file has passed. */
  end(): void;
  place(): FilePlace;
}

/** Bytes of the file that are done at that place. */
export function offsetOf({ hex, patch }: Pick<FilePlace, "hex" | "patch">): number {
  return hex?.offset ?? patch?.offset ?? 0;
}
