/**
 * What the Moddable SDK has and `@moddable/typings` 5.6.0 lacks or types too narrowly, in our own
 * words and only as far as this adapter uses it.
 */

declare module "embedded:storage/flash" {
  export interface Partition {
    /** Fills `buffer` from `byteOffset`; returns how many bytes were read. */
    read(buffer: Uint8Array, byteOffset: number): number;
    write(buffer: Uint8Array, byteOffset: number): void;
    /** Erases blocks `start` to `end` (exclusive). */
    eraseBlock(start: number, end: number): void;
    status(): { size: number; blockLength: number; writeAlign?: number; eraseValue?: number };
  }
  const FlashStorage: { open(options: { path: string; mode?: "r" | "r+" }): Partition };
  export default FlashStorage;
}

declare module "embedded:storage/key-value" {
  export interface KeyValue {
    read(key: string): ArrayBuffer | undefined;
    write(key: string, value: Uint8Array): void;
    delete(key: string): void;
  }
  const KeyValueStorage: { open(options: { path: string; format: "buffer" }): KeyValue };
  export default KeyValueStorage;
}

declare module "embedded:io/socket/tcp/tls" {
  import type TCP from "embedded:io/socket/tcp";
  export default class TLSSocket {
    constructor(options: {
      TCP: { io: typeof TCP };
      host: string;
      /** IPv4: what TCP of the SDK connects to. */
      address?: string;
      port: number;
      secure: object;
      onReadable(byteCount: number): void;
      onWritable(byteCount: number): void;
      onError(): void;
    });
    read(buffer: Uint8Array): number | undefined;
    write(buffer: Uint8Array): void;
    close(): void;
  }
}

declare module "crypt" {
  export class Digest {
    constructor(type: "SHA256");
    write(message: ArrayBuffer | Uint8Array): void;
    close(): ArrayBuffer;
  }
}

/** ECDSA of the SDK's TLS: the classes behind it, on BigInts and C. */
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

/** Ours: ESP-IDF's application partitions, by FFI on ESP32 (esp32/ota.js). */
declare module "tracker/ota" {
  import type { OtaPartitions } from "../../ports/ota.ts";

  const ota: OtaPartitions;
  export default ota;
}

/** Set up by the SDK's `modules/io/system`. */
declare const System: {
  restart(): void;
  /** `power-on`, or another cause; the virtual tracker's board has it, the SDK has not. */
  readonly resetCause?: string;
  /**
   * CRC-32/ISO-HDLC of `bytes[start..end)`, going on from `crc`; needs no `this`. Ours: the virtual
   * tracker's board has it, and Zephyr by `zephyr/board.js`.
   */
  readonly crc32?: (crc: number, bytes: Uint8Array, start: number, end: number) => number;
  /** DNS: `onResolved` is told an IPv4 address, or undefined if there is none. */
  resolve(host: string, onResolved: (host: string, address: string | undefined) => void): void;
};
