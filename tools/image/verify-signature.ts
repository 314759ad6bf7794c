import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { type ReleaseStatement, releaseBytes } from "../../firmware/verify/release.ts";

/** MCUboot's name for a key, in the KEYHASH entry: SHA-256 of the public key as DER SPKI. */
export function keyHashOf(key: KeyObject): Buffer {
  const spki = key.export({ format: "der", type: "spki" });
  return createHash("sha256").update(spki).digest();
}

/** The public half of a key that signs releases and images, read from either half. */
export class VerifyingKey {
  /** PEM, SPKI. */
  readonly pem: string;
  readonly keyHash: Buffer;
  private readonly key: KeyObject;

  /** @throws TypeError for another kind of key, Error for what is none */
  constructor(pem: string) {
    this.key = createPublicKey(pem);
    if (this.key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
      throw new TypeError(`not an ECDSA P-256 key: ${this.key.asymmetricKeyType}`);
    }
    this.pem = this.key.export({ format: "pem", type: "spki" }) as string;
    this.keyHash = keyHashOf(this.key);
  }

  /** @param signature in DER, as a job document has it in base64 */
  hasSignedRelease(release: ReleaseStatement, signature: Uint8Array): boolean {
    return verify("sha256", releaseBytes(release), this.key, signature);
  }

  /**
   * @param hashed header, body and protected TLVs
   * @param ecdsa what the ECDSA_SIG entry holds
   */
  hasSignedImage(hashed: Uint8Array, ecdsa: Uint8Array): boolean {
    return verify("sha256", hashed, this.key, ecdsa);
  }
}
