import { config } from "../config.ts";

const quote = 0x22;
const backslash = 0x5c;

/**
 * Whether JSON text nests deeper than `config.jsonDepthMax`. XS parses by recursion, and running out
 * of stack there is no exception but a reset; so this is asked first.
 * @param text UTF-8
 */
export function nestsTooDeep(text: Uint8Array): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index] ?? 0;
    if (isInString) {
      if (byte === backslash) index += 1;
      else if (byte === quote) isInString = false;
    } else if (byte === quote) {
      isInString = true;
    } else {
      // [ 0x5b, { 0x7b; ] 0x5d, } 0x7d
      const bracket = byte & 0xdf;
      if (bracket === 0x5b) depth += 1;
      else if (bracket === 0x5d) depth -= 1;
      if (depth > config.jsonDepthMax) return true;
    }
  }
  return false;
}
