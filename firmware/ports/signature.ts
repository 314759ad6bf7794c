/** What a signature is checked against: numbers are big-endian, as PSA Crypto has them too. */
export interface SignedDigest {
  /** A point of P-256, uncompressed: 0x04, x, y; 65 bytes (SEC 1, section 2.3.3). */
  readonly key: Uint8Array;
  /** SHA-256, 32 bytes. */
  readonly digest: Uint8Array;
  /** r and s, 32 bytes each, of any value. */
  readonly signature: Uint8Array;
}

/** A check that is under way. */
export interface SignatureCheck {
  /** A slice of the work, short beside the watchdog and the keep-alive; not after a verdict. */
  step(): "more" | "good" | "bad";
}

/**
 * ECDSA over P-256 with SHA-256 (FIPS 186-5, section 6.4.2): the platform's own where it has one,
 * which then takes a single step; else `verify/p256.ts`.
 */
export interface SignatureVerifier {
  /** Whether these bytes are a point of the curve in the form above. */
  isKey(key: Uint8Array): boolean;
  /** @param signed with a key that `isKey` has passed */
  begin(signed: SignedDigest): SignatureCheck;
}
