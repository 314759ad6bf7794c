import { config } from "../config.ts";

/**
 * Whether `text` is an entity tag that this client keeps (RFC 9110, 8.8.3): quoted, of visible
 * ASCII, within `config.etagMaxBytes`. Anything else could not be sent back in If-Range.
 */
export function isEtag(text: string): boolean {
  const start = isWeak(text) ? 2 : 0;
  const end = text.length - 1;
  if (text.length > config.etagMaxBytes || end <= start) return false;
  if (text.charAt(start) !== '"' || text.charAt(end) !== '"') return false;
  for (let index = start + 1; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code <= 0x20 || code === 0x22 || code >= 0x7f) return false;
  }
  return true;
}

/** A weak tag says "equivalent", not "the same bytes": If-Range must not hold it (13.1.5). */
export function isWeak(etag: string): boolean {
  return etag.slice(0, 2) === "W/";
}
