/**
 * What the Moddable SDK has and `@moddable/typings` 5.6.0 lacks or types too narrowly, in our own
 * words and only as far as this adapter uses it. With the typings of SDK 8.2 this file is left out
 * (hw-test/moddable-lin/typings.test.ts).
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
  import type { TlsOptions, TlsSocket } from "./tls-socket.ts";

  const TLSSocket: new (options: TlsOptions) => TlsSocket;
  export default TLSSocket;
}

declare module "crypt" {
  export class Digest {
    constructor(type: "SHA256");
    write(message: ArrayBuffer | Uint8Array): void;
    close(): ArrayBuffer;
  }
}

/** Ours: ESP-IDF's application partitions, by FFI on ESP32 (esp32/ota.js). */
declare module "tracker/ota" {
  import type { OtaPartitions } from "../../ports/ota.ts";

  const ota: OtaPartitions;
  export default ota;
}

/** Set up by the SDK's `modules/io/system`; ./system.ts has all that a board's has. */
declare const System: import("./system.ts").BoardSystem;
