/** Half of P-256's order, rounded down: s above it has a twin below it (SEC 2, section 2.4.2). */
const halfOrder: readonly number[] = Object.freeze([
  0x7f, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73,
  0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
]);
const HALF_BYTES = 32;

/**
 * Whether s is the lower of the two values that would pass, so that nobody can make another signature
 * of this one.
 * @param signature r and s, 32 bytes each
 */
export function hasLowS(signature: Uint8Array): boolean {
  for (let at = 0; at < HALF_BYTES; at++) {
    const found = signature[HALF_BYTES + at] as number;
    const limit = halfOrder[at] as number;
    if (found !== limit) return found < limit;
  }
  return true;
}
