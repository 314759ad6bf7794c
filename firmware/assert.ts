/** Stops on our own bug, never on bad input: what is thrown here ends in a reset. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion: ${message}`);
}
