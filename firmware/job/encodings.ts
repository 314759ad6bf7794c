import { consistsOf, isHexDigit } from "../characters.ts";

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** @returns undefined unless `text` is exactly `byteCount` bytes as hexadecimal digits */
export function decodeHex(text: string, byteCount: number): Uint8Array | undefined {
  if (text.length !== byteCount * 2 || !consistsOf(text, isHexDigit)) return undefined;
  const bytes = new Uint8Array(byteCount);
  for (let index = 0; index < byteCount; index += 1) {
    bytes[index] = parseInt(text.slice(index * 2, index * 2 + 2), 16);
  }
  return bytes;
}

/** How many bytes a text in base64 stands for; of no meaning for what is none. */
export function byteCountOf(base64: string): number {
  const end = base64.length;
  const padding = base64.charAt(end - 1) !== "=" ? 0 : base64.charAt(end - 2) === "=" ? 2 : 1;
  return (end >> 2) * 3 - padding;
}

/**
 * Base64 with padding (RFC 4648, section 4), in its one canonical form.
 * @returns undefined unless `text` is exactly `byteCount` bytes
 */
export function decodeBase64(text: string, byteCount: number): Uint8Array | undefined {
  const padding = (3 - (byteCount % 3)) % 3;
  const digitCount = text.length - padding;
  if (text.length !== Math.ceil(byteCount / 3) * 4) return undefined;
  if (text.slice(digitCount) !== "==".slice(0, padding)) return undefined;
  const bytes = new Uint8Array(byteCount);
  let bits = 0;
  let bitCount = 0;
  let filled = 0;
  for (let index = 0; index < digitCount; index += 1) {
    const digit = base64Alphabet.indexOf(text.charAt(index));
    if (digit < 0) return undefined;
    bits = (bits << 6) | digit;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[filled] = bits >> bitCount;
    bits &= (1 << bitCount) - 1;
    filled += 1;
  }
  return bits === 0 ? bytes : undefined;
}
