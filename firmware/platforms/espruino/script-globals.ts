import type { ScriptStorage } from "./application-files.ts";

/*
 * The globals of Espruino for application updates, on boards that have neither sockets nor room for
 * the client.
 */

declare function require(
  name: "Storage",
): ScriptStorage & { read(name: string): string | undefined };
declare function require(name: "crypto"): { SHA256(bytes: ArrayBuffer | Uint8Array): ArrayBuffer };
declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare function getTime(): number;
declare function print(line: string): void;
declare function atob(base64: string): string;
declare const process: {
  on(event: "uncaughtException", listener: (error: unknown) => void): void;
};
declare const E: {
  CRC32(bytes: Uint8Array): number;
  toUint8Array(characters: string): Uint8Array;
  enableWatchdog(seconds: number, isFedWhenIdle: boolean): void;
  reboot(): void;
  on(event: "errorFlag", listener: (flags: readonly string[]) => void): void;
};

const WATCHDOG_S = 60;

export const scripts = {
  storage: require("Storage"),
  // biome-ignore lint/style/useNodejsImportProtocol: it is Espruino's module
  sha256: (bytes: ArrayBuffer | Uint8Array): ArrayBuffer => require("crypto").SHA256(bytes),
  crc32: (bytes: Uint8Array): number => E.CRC32(bytes),
  setTimeout: (callback: () => void, delayMs: number): unknown => setTimeout(callback, delayMs),
  clearTimeout: (timer: unknown): void => clearTimeout(timer),
  getTime: (): number => getTime(),
  /** No deadline is kept here, so the clock may jump. */
  onTimeSet: (): void => undefined,
};

export const bytesOfBase64 = (text: string): Uint8Array => E.toUint8Array(atob(text));

/** Runs a script where it lies in flash: its functions take no RAM but their names. */
export function runScript(name: string): void {
  const script = require("Storage").read(name);
  // Indirect, so that it runs outside of everything here.
  if (script !== undefined) setTimeout(script as never, 0);
}

/** While a script is on trial every failure of its is a reset, which the loader counts. */
export function resetOnTrialFailure(): void {
  const reset = (reason: string): void => {
    print(`on trial: ${reason}`);
    E.reboot();
  };
  process.on("uncaughtException", (error) => reset(String(error)));
  E.on("errorFlag", (flags) => {
    if (flags.indexOf("MEMORY") >= 0) reset("out of memory");
  });
  E.enableWatchdog(WATCHDOG_S, true);
}
