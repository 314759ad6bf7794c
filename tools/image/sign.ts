import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { type ReleaseStatement, releaseBytes } from "../../firmware/verify/release.ts";
import type { ImageSignature } from "./mcuboot.ts";
import { keyHashOf } from "./verify-signature.ts";

/** P-256's order (SEC 2, section 2.4.2). */
export const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF_BYTES = 32;

/** A key pair for signing releases and images, read from the private half. */
export class SigningKey {
  private readonly key: KeyObject;

  /** @param pem PKCS #8, as `openssl genpkey -algorithm ec -pkeyopt ec_paramgen_curve:P-256` writes it */
  constructor(pem: string) {
    this.key = createPrivateKey(pem);
    if (this.key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
      throw new TypeError(`not an ECDSA P-256 key: ${this.key.asymmetricKeyType}`);
    }
  }

  /** The job document's `signature`: base64 of DER, the lower of the two values of s. */
  signRelease(release: ReleaseStatement): string {
    const raw = sign("sha256", releaseBytes(release), {
      key: this.key,
      dsaEncoding: "ieee-p1363",
    });
    return derOf(withLowS(raw)).toString("base64");
  }

  /** What MCUboot checks, over header, body and protected TLVs. */
  signImage(hashed: Uint8Array): ImageSignature {
    return {
      keyHash: keyHashOf(createPublicKey(this.key)),
      ecdsa: sign("sha256", hashed, this.key),
    };
  }
}

function withLowS(raw: Buffer): Buffer {
  const s = BigInt(`0x${raw.subarray(HALF_BYTES).toString("hex")}`);
  const low = s > ORDER / 2n ? ORDER - s : s;
  const digits = low.toString(16).padStart(2 * HALF_BYTES, "0");
  return Buffer.concat([raw.subarray(0, HALF_BYTES), Buffer.from(digits, "hex")]);
}

/** X.690: a sequence of two integers, r and s of 32 bytes each, in their shortest form. */
export function derOf(raw: Uint8Array): Buffer {
  const integers = [raw.subarray(0, HALF_BYTES), raw.subarray(HALF_BYTES)].map((half) => {
    const first = half.findIndex((byte) => byte !== 0);
    const digits = half.subarray(first);
    const padded = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
    return Buffer.concat([Buffer.of(0x02, padded.byteLength), padded]);
  });
  const body = Buffer.concat(integers);
  return Buffer.concat([Buffer.of(0x30, body.byteLength), body]);
}
