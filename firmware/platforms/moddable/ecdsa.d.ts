/**
 * ECDSA of the SDK's TLS: the classes behind it, on BigInts and C. No typings know them, neither npm's
 * nor the SDK's.
 */
declare module "curve" {
  export default class Curve {
    constructor(name: "secp256r1");
    /** The curve y² = x³ + a·x + b modulo m. */
    readonly ec: { readonly a: bigint; readonly b: bigint; readonly m: bigint };
    /** Order of the base point. */
    readonly n: bigint;
  }
}

declare module "ecp" {
  export default class ECPoint {
    /** From the uncompressed form; whether it lies on a curve is not asked. */
    static fromOctetString(bytes: Uint8Array): ECPoint;
    readonly x: bigint;
    readonly y: bigint;
  }
}

declare module "ecdsa" {
  import type Curve from "curve";
  import type ECPoint from "ecp";
  export default class ECDSA {
    /** For `verify` the key is the public one. */
    constructor(key: ECPoint, curve: Curve);
    /** With `asDer` false the signature is r, s in 32 bytes each; neither's range is checked. */
    verify(digest: ArrayBuffer, signature: ArrayBuffer, asDer: boolean): boolean;
  }
}
