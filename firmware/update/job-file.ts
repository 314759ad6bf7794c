import type { FileLocation } from "../url.ts";

/** The file that a job's image comes in. */
export interface JobFile {
  readonly location: FileLocation;
  /** Bytes. */
  readonly size: number;
  /** A patch or a packed image (docs/patch-format.md); else a HEX file. */
  readonly isPatch: boolean;
}
