/** What the two threads of a power cycle share: the board around the processor, and the processor. */

/** Words of the shared memory, 32 bits each. */
export const words = Object.freeze({
  /** Counts the answers to FLASH_OP; the processor sleeps until it changes. */
  answers: 0,
  /** Of the last answer (docs/virtual-tracker.md, FLASH_GO). */
  verdict: 1,
  doneBytes: 2,
  /** The processor counts this up to show that it still turns. */
  beats: 3,
});
export const WORD_COUNT = 4;

/** Exit codes of docs/virtual-tracker.md. */
export const exits = Object.freeze({
  stopped: 0,
  usage: 2,
  software: 64,
  outOfMemory: 65,
  exception: 66,
  watchdog: 67,
  stackOverflow: 68,
  powerCut: 69,
  noImage: 70,
  linkLost: 71,
});
export type Exit = (typeof exits)[keyof typeof exits];

/** From the processor. */
export type Signal =
  | { readonly kind: "frame"; readonly bytes: Uint8Array }
  | { readonly kind: "console"; readonly text: string }
  | { readonly kind: "end"; readonly exit: Exit };

/** What the processor is started with. */
export interface PowerOn {
  readonly shared: SharedArrayBuffer;
  readonly flashPath: string;
  readonly resetCause: string;
  readonly watchdogMs: number;
}
