/** What a signature is checked against. */
export interface SignedDigest {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
  /** SHA-256 of the image, 32 bytes: the message that was signed. */
  readonly digest: Uint8Array;
}

/**
 * Whether the signature is this key's over this digest (RFC 8032, section 5.1.7).
 * `signature.ts` does it in JavaScript; a board with a native one gives that to `Update` instead.
 */
export type SignatureVerifier = (signed: SignedDigest) => boolean;
