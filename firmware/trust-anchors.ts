import { assert } from "./assert.ts";

/** A public key whose releases this firmware installs. */
export interface TrustAnchor {
  /** What a job may name it by; 1 to 32 characters of `[a-zA-Z0-9_-]`. */
  readonly id: string;
  /** A point of P-256, uncompressed, as 130 hexadecimal digits. */
  readonly point: string;
}

/**
 * `id=point id=point …`, put here by the build (rollup.config.mjs): the anchors are part of the image,
 * so only an image that an anchor has signed can change them.
 */
export const COMPILED_IN = "no anchors";

/** What has to be written in place of anchors by whoever wants firmware that checks no signatures. */
export const INTEGRITY_ONLY = "integrity only";

/**
 * @param text anchors as `fota keygen` prints them, with blanks between, or `integrity only`
 * @returns at most `config.trustAnchorMax` are taken; none for the latter text alone: that nobody
 * thought of keys is an assertion
 */
export function trustAnchors(text: string): readonly TrustAnchor[] {
  const anchors = parseAnchors(text);
  assert(anchors.length > 0 || text === INTEGRITY_ONLY, "no trust anchors: fota keygen prints one");
  return anchors;
}

export function parseAnchors(text: string): readonly TrustAnchor[] {
  const anchors: TrustAnchor[] = [];
  for (const word of text.split(" ")) {
    const at = word.indexOf("=");
    if (at < 0) continue;
    anchors.push(Object.freeze({ id: word.slice(0, at), point: word.slice(at + 1) }));
  }
  return Object.freeze(anchors);
}
