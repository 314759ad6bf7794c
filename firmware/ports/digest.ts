/** A running SHA-256 (FIPS 180-4): in hardware or C on the platform, since XS needs seconds for it. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** Ends it: 32 bytes. Neither method may be called again. */
  finish(): Uint8Array;
}

export type NewSha256 = () => Digest;
