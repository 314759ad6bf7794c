import type { Side } from "./state.ts";

/** Two places for a script; a device error is thrown as a Failure: FLASH_READ, FLASH_WRITE. */
export interface ApplicationFiles {
  /** An empty file of `byteLength` bytes, which read as erased (0xFF), in place of the old one. */
  create(side: Side, byteLength: number): void;
  /** Bytes there that are not erased must be the same. */
  write(side: Side, bytes: Uint8Array, offset: number): void;
  /** Undefined where no file reaches so far. */
  read(side: Side, offset: number, byteLength: number): Uint8Array | undefined;
  /** SHA-256 of all of it, 32 bytes; natively, since it may have 100 KB. */
  sha256(side: Side): Uint8Array | undefined;
}
