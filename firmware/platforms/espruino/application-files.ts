import { Failure } from "../../failure.ts";
import type { StorageModule } from "./engine.ts";

type Side = 0 | 1;

/** What application updates need of `Storage` beyond the client. */
export interface ScriptStorage extends StorageModule {
  /** At offset 0 it makes a file of `size` bytes; elsewhere it writes into the one there is. */
  write(name: string, bytes: Uint8Array, offset?: number, size?: number): boolean;
}

export interface ScriptEngine {
  readonly storage: ScriptStorage;
  /** `require("crypto").SHA256`: in C, of the file where it lies in flash. */
  sha256(bytes: ArrayBuffer): ArrayBuffer;
}

/** The scripts as files of Storage, which the loader evaluates where they lie. */
export class EspruinoScripts {
  private readonly engine: ScriptEngine;

  constructor(engine: ScriptEngine) {
    this.engine = engine;
  }

  create(side: Side, byteLength: number): void {
    this.attempt(() => {
      this.engine.storage.erase(scriptName(side));
      // Storage makes no empty file; an erased byte can be written later.
      this.engine.storage.write(scriptName(side), new Uint8Array([0xff]), 0, byteLength);
    });
  }

  /** What a reset has cut off: the same bytes come again, and Storage writes to erased ones only. */
  write(side: Side, bytes: Uint8Array, offset: number): void {
    const there = this.read(side, offset, bytes.byteLength);
    if (there === undefined) throw new Failure("FLASH_WRITE", `no room at ${offset}`);
    let from = 0;
    while (from < bytes.byteLength && there[from] === bytes[from]) from += 1;
    if (from === bytes.byteLength) return;
    const { storage } = this.engine;
    const size = storage.readArrayBuffer(scriptName(side))?.byteLength;
    this.attempt(() => {
      storage.write(scriptName(side), bytes.subarray(from), offset + from, size);
    });
  }

  read(side: Side, offset: number, byteLength: number): Uint8Array | undefined {
    const buffer = this.engine.storage.readArrayBuffer(scriptName(side));
    if (buffer === undefined || offset + byteLength > buffer.byteLength) return undefined;
    return new Uint8Array(new Uint8Array(buffer, offset, byteLength));
  }

  sha256(side: Side): Uint8Array | undefined {
    const buffer = this.engine.storage.readArrayBuffer(scriptName(side));
    return buffer === undefined ? undefined : new Uint8Array(this.engine.sha256(buffer));
  }

  private attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw new Failure("FLASH_WRITE", String(error));
    }
  }
}

export function scriptName(side: Side): string {
  return `app.${side}.js`;
}
