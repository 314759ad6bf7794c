import assert from "node:assert/strict";
import type { ScriptStorage } from "../../firmware/platforms/espruino/application-files.ts";
import { PowerCut } from "./nor-flash.ts";

/**
 * Espruino's `Storage` as it is: a write first erases the file of that name, then makes a new one,
 * whose head comes before its data. Files outlive the engine; the power can fail at every step.
 */
export class EspruinoStorage implements ScriptStorage {
  readonly files = new Map<string, Uint8Array>();
  /** Steps that the power still lasts for. */
  stepsLeft = Number.POSITIVE_INFINITY;
  /** Of all so far. */
  steps = 0;
  /** Bytes that all files together may have. */
  roomBytes = Number.POSITIVE_INFINITY;

  readArrayBuffer(name: string): ArrayBuffer | undefined {
    const bytes = this.files.get(name);
    return bytes === undefined ? undefined : Uint8Array.from(bytes).buffer;
  }

  write(name: string, bytes: Uint8Array, offset = 0, size = bytes.byteLength): boolean {
    assert(name.length <= 28, `file ${name}`);
    assert(bytes.byteLength > 0, "Can't create zero length file");
    const old = this.files.get(name);
    const isBlank = old?.byteLength === size && old.every((byte) => byte === 0xff);
    if (offset === 0 && !isBlank) this.create(name, size);
    const file = this.files.get(name);
    if (file === undefined) throw new Error("Unable to find or create file");
    const place = file.subarray(offset, offset + bytes.byteLength);
    if (place.byteLength < bytes.byteLength) throw new Error("Too much data for file size");
    if (place.some((byte) => byte !== 0xff)) {
      throw new Error("File already written with different data");
    }
    this.step(() => place.set(bytes.subarray(0, bytes.byteLength >> 1)));
    this.step(() => place.set(bytes));
    return true;
  }

  private create(name: string, size: number): void {
    if (this.files.has(name)) this.step(() => this.files.delete(name));
    const used = [...this.files.values()].reduce((sum, file) => sum + file.byteLength, 0);
    if (used + size > this.roomBytes) throw new Error("Unable to find or create file");
    this.step(() => this.files.set(name, new Uint8Array(size).fill(0xff)));
  }

  erase(name: string): void {
    if (this.files.has(name)) this.step(() => this.files.delete(name));
  }

  private step(work: () => void): void {
    if (this.stepsLeft === 0) throw new PowerCut();
    this.stepsLeft -= 1;
    this.steps += 1;
    work();
  }
}
