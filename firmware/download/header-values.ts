/** Numbers of HTTP are read up to 15 digits: beyond, a double is no longer exact. */
const digitsMax = 15;

/** `*` in place of a number, as in `bytes *\/1000`. */
export const unknown = -1;

export interface ContentRange {
  /** First byte, or `unknown` in an answer to an unsatisfiable range. */
  readonly first: number;
  /** Last byte, inclusive; `unknown` as above. */
  readonly last: number;
  /** Length of the whole file in bytes, or `unknown`. */
  readonly total: number;
}

/** @returns undefined unless `text` is 1 to 15 decimal digits */
export function parseDecimal(text: string): number | undefined {
  if (text.length === 0 || text.length > digitsMax) return undefined;
  let value = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** `bytes 0-1023/4096`, `bytes 0-1023/*` or `bytes *\/4096` (RFC 9110, 14.4). */
export function parseContentRange(text: string): ContentRange | undefined {
  if (text.slice(0, 6).toLowerCase() !== "bytes ") return undefined;
  const slash = text.indexOf("/");
  if (slash < 0) return undefined;
  const range = text.slice(6, slash);
  const total = starOrDecimal(text.slice(slash + 1));
  if (total === undefined) return undefined;
  if (range === "*") return { first: unknown, last: unknown, total };
  const dash = range.indexOf("-");
  const first = parseDecimal(range.slice(0, Math.max(dash, 0)));
  const last = parseDecimal(range.slice(dash + 1));
  if (first === undefined || last === undefined || last < first) return undefined;
  return { first, last, total };
}

function starOrDecimal(text: string): number | undefined {
  return text === "*" ? unknown : parseDecimal(text);
}

const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * A CRC-32 as S3 writes it: the base64 of four bytes, big-endian, so six characters and `==`. The
 * form `…-N` of a multipart upload is a CRC of CRCs and gives undefined, as all else does.
 * Source: Amazon S3 user guide, "Checking object integrity".
 */
export function parseCrc32(text: string): number | undefined {
  if (text.length !== 8 || text.slice(6) !== "==") return undefined;
  let value = 0;
  for (let index = 0; index < 6; index += 1) {
    const sixBits = base64.indexOf(text.charAt(index));
    if (sixBits < 0) return undefined;
    // The last character carries two bits only: 5 × 6 + 2 = 32.
    value = index < 5 ? value * 64 + sixBits : value * 4 + (sixBits >> 4);
  }
  return value;
}

/** Whether a comma-separated list such as Connection's holds `token`, in any case. */
export function hasToken(list: string, token: string): boolean {
  const items = list.toLowerCase().split(",");
  for (const item of items) {
    if (item.trim() === token) return true;
  }
  return false;
}
