import type { Engine, FlashModule, StorageModule, TlsModule } from "./engine.ts";
import { isPeersMistake } from "./guard.ts";
import { PROVISION_FILE, type Provision } from "./provision.ts";

/*
 * The one file that reaches for Espruino's globals; the rest gets them handed.
 */

declare function require(name: "Flash"): FlashModule;
declare function require(name: "Storage"): StorageModule & {
  readJSON(name: string): Provision | undefined;
};
declare function require(name: "tls"): TlsModule;
declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare function clearTimeout(timer: unknown): void;
declare function getTime(): number;
declare function print(line: string): void;
declare function atob(base64: string): string;
declare let setTime: (seconds: number) => void;
declare const process: {
  on(event: "uncaughtException", listener: (error: unknown) => void): void;
};
declare const E: {
  CRC32(bytes: Uint8Array): number;
  toString(bytes: Uint8Array): string;
  toUint8Array(characters: string): Uint8Array;
  getBattery?(): number;
  hwRand(): number;
  srand(seed: number): void;
  enableWatchdog(seconds: number, isFedWhenIdle: boolean): void;
  reboot(): void;
  on(event: "errorFlag", listener: (flags: readonly string[]) => void): void;
};

/** Longer than any one turn of the firmware. */
const WATCHDOG_S = 60;

export const engine: Engine = {
  flash: require("Flash"),
  storage: require("Storage"),
  // biome-ignore lint/style/useNodejsImportProtocol: it is Espruino's module
  tls: require("tls"),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (timer) => clearTimeout(timer),
  getTime: () => getTime(),
  onTimeSet(onJump) {
    const set = setTime;
    setTime = (seconds) => {
      const before = getTime();
      set(seconds);
      onJump(getTime() - before);
    };
  },
  crc32: (bytes) => E.CRC32(bytes),
  toText: (bytes) => E.toString(bytes),
  toBytes: (characters) => E.toUint8Array(characters),
  batteryPercent: () => (E.getBattery === undefined ? undefined : E.getBattery()),
  random: () => Math.random(),
  print: (line) => print(line),
  reboot: () => E.reboot(),
};

export function readProvisionFile(): Provision | undefined {
  return require("Storage").readJSON(PROVISION_FILE);
}

export const decodeBase64 = (text: string): string => atob(text);

/**
 * What is a reset on every other platform is one here too: an exception that nobody catches, memory
 * that runs out (Espruino then only skips the rest of the function), and a hang.
 */
export function resetOnFailure(): void {
  process.on("uncaughtException", (error) => {
    print(`uncaught: ${String(error)}`);
    if (!isPeersMistake(error)) E.reboot();
  });
  E.on("errorFlag", (flags) => {
    if (flags.indexOf("MEMORY") < 0) return;
    print("out of memory");
    E.reboot();
  });
  E.enableWatchdog(WATCHDOG_S, true);
  // Math.random begins anew at each boot, and on each tracker in the same way.
  E.srand(E.hwRand());
}
