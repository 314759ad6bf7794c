import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";

/** A DER SPKI of Ed25519 is 12 fixed bytes and the key (RFC 8410, section 4). */
const SPKI_HEAD_BYTES = 12;

/** A key pair for signing images, read from the private half. */
export class SigningKey {
  private readonly key: KeyObject;

  /** @param pem PKCS #8, as `openssl genpkey -algorithm ed25519` writes it */
  constructor(pem: string) {
    this.key = createPrivateKey(pem);
    if (this.key.asymmetricKeyType !== "ed25519") {
      throw new TypeError(`not an Ed25519 key: ${this.key.asymmetricKeyType}`);
    }
  }

  /** What trackers are provisioned with, `publicKey` of their settings: base64 of 32 bytes. */
  get publicKey(): string {
    const spki = createPublicKey(this.key).export({ format: "der", type: "spki" });
    return spki.subarray(SPKI_HEAD_BYTES).toString("base64");
  }

  /**
   * The job document's `signature`: base64 of Ed25519 over the SHA-256 of the image from its lowest
   * to its highest address.
   */
  sign(image: Uint8Array): string {
    const digest = createHash("sha256").update(image).digest();
    return sign(null, digest, this.key).toString("base64");
  }
}
