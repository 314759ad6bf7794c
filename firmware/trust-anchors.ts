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
const compiledIn = "no anchors";

/** At most `config.trustAnchorMax`; none in an unsigned build. */
export const TRUST_ANCHORS: readonly TrustAnchor[] = parseAnchors(compiledIn);

export function parseAnchors(text: string): readonly TrustAnchor[] {
  const anchors: TrustAnchor[] = [];
  for (const word of text.split(" ")) {
    const at = word.indexOf("=");
    if (at < 0) continue;
    anchors.push(Object.freeze({ id: word.slice(0, at), point: word.slice(at + 1) }));
  }
  return Object.freeze(anchors);
}
