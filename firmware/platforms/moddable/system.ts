/**
 * The global `System` as a board has it. The SDK's typings have its own part only, and what is ours is
 * set before an application's main module is loaded: by `zephyr/board.js`, `lin/board.js`, or the
 * virtual tracker's program.
 */
export interface BoardSystem {
  restart(): void;
  /** `power-on`, or another cause; the virtual tracker's board has it, the SDK has not. */
  readonly resetCause?: string;
  /** CRC-32/ISO-HDLC of `bytes[start..end)`, going on from `crc`; needs no `this`. Not on every board. */
  readonly crc32?: (crc: number, bytes: Uint8Array, start: number, end: number) => number;
  /** DNS: `onResolved` is told an IPv4 address, or undefined if there is none. */
  resolve(host: string, onResolved: (host: string, address: string | undefined) => void): void;
}

/** Asked for when it is needed: this module is preloaded before a board has set its own. */
export function system(): BoardSystem {
  return System;
}
