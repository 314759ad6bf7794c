import assert from "node:assert/strict";
import type { StorageModule } from "../../firmware/platforms/espruino/engine.ts";
import { PowerCut } from "./nor-flash.ts";

/**
 * Espruino's `Storage` as it is: a write first erases the file of that name, then makes a new one,
 * whose head comes before its data. Files outlive the engine; the power can fail at every step.
 */
export class EspruinoStorage implements StorageModule {
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

  write(name: string, bytes: Uint8Array): boolean {
    assert(name.length <= 28, `file ${name}`);
    assert(bytes.byteLength > 0, "Can't create zero length file");
    if (this.files.has(name)) this.step(() => this.files.delete(name));
    const used = [...this.files.values()].reduce((sum, file) => sum + file.byteLength, 0);
    if (used + bytes.byteLength > this.roomBytes) throw new Error("Unable to find or create file");
    const file = new Uint8Array(bytes.byteLength).fill(0xff);
    this.step(() => this.files.set(name, file));
    this.step(() => file.set(bytes.subarray(0, bytes.byteLength >> 1)));
    this.step(() => file.set(bytes));
    return true;
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
