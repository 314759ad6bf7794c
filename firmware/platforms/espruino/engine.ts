/*
 * What this adapter uses of Espruino (2v29), in our own words; `globals.ts` hands over the real
 * ones, tests hand over a model of them. `@types/espruino` does not describe them well enough.
 */

/** `require("Flash")`: addresses of the whole chip. */
export interface FlashModule {
  /** A copy: there is no way to read into an array. */
  read(byteLength: number, address: number): Uint8Array;
  /** Bits only clear; throws what the chip reports. */
  write(bytes: Uint8Array, address: number): void;
  /** Erases the page that `address` lies in. */
  erasePage(address: number): void;
}

/** `require("Storage")`: a name has at most 28 characters. */
export interface StorageModule {
  readArrayBuffer(name: string): ArrayBuffer | undefined;
  /**
   * Erases the file of that name, then makes a new one: a power cut leaves the old one, none, or one
   * that is written in part. False or an exception where there is no room.
   */
  write(name: string, bytes: Uint8Array): boolean;
  /** Harmless when the file is not there. */
  erase(name: string): void;
}

/** A socket of `require("tls")`. */
export interface EngineSocket {
  on(event: "data", listener: (characters: string) => void): void;
  on(event: "drain" | "close", listener: () => void): void;
  on(event: "error", listener: (error: unknown) => void): void;
  /** Appends to what waits to be sent, without a bound. Throws on a socket that is closed. */
  write(characters: string): void;
  /** Closes once all is sent, or at once where nothing waits. */
  end(): void;
}

/** Certificates and key are DER, a character a byte. */
export interface TlsOptions {
  readonly host: string;
  readonly port: number;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** `require("tls")`. */
export interface TlsModule {
  /** @param onConnect TCP is up; TLS is not, and no event tells when it is */
  connect(options: TlsOptions, onConnect: () => void): EngineSocket;
}

export interface Engine {
  readonly flash: FlashModule;
  readonly storage: StorageModule;
  readonly tls: TlsModule;
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** `undefined` is refused, so it must be a timer. */
  clearTimeout(timer: unknown): void;
  /** Seconds; it jumps when the clock is set. */
  getTime(): number;
  /** Calls `onJump` with the seconds by which the clock has just been set. */
  onTimeSet(onJump: (seconds: number) => void): void;
  crc32(bytes: Uint8Array): number;
  /** A byte a character. */
  toText(bytes: Uint8Array): string;
  /** A character a byte: what is above 255 does not occur. */
  toBytes(characters: string): Uint8Array;
  /** 0 to 100; undefined where the board has no such function. */
  batteryPercent(): number | undefined;
  random(): number;
  print(line: string): void;
  reboot(): void;
}
