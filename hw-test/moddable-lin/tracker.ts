import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Image, readImage } from "../../tools/image/mcuboot.ts";

/** The flash of firmware/platforms/moddable/lin/manifest.json, as ./Makefile has it too. */
export const slotBytes = 0x100000;
const FLASH = "flash.bin";
const ERASED = 0xff;
/** From the slot's end: MCUboot's image_ok, 01 when the image is confirmed. */
const IMAGE_OK_FROM_END = 24;

/** What is provisioned, by the path and key of docs/porting.md, "What is provisioned". */
export type Values = Readonly<Record<string, Readonly<Record<string, Uint8Array | string>>>>;

/**
 * A tracker on the Moddable SDK's runtime: the loader, in a folder that holds its flash and its store.
 * Events: `line` (of the console), `off` with the loader's exit code.
 */
export class SdkTracker extends EventEmitter<{ line: [string]; off: [number | null] }> {
  private readonly loader: string;
  private readonly folder: string;
  private process: ChildProcess | undefined;

  constructor(loader: string, folder: string) {
    super();
    this.loader = loader;
    this.folder = folder;
  }

  /** The power must be off. */
  flash(image: Uint8Array): void {
    const flash = Buffer.alloc(2 * slotBytes, ERASED);
    flash.set(image);
    writeFileSync(join(this.folder, FLASH), flash);
  }

  provision(values: Values): void {
    for (const [path, keys] of Object.entries(values)) {
      mkdirSync(join(this.folder, path), { recursive: true });
      for (const [key, value] of Object.entries(keys)) {
        writeFileSync(join(this.folder, path, key), value);
      }
    }
  }

  powerOn(): void {
    const loader = spawn(this.loader, [this.folder], { stdio: ["ignore", "pipe", "pipe"] });
    this.process = loader;
    for (const stream of [loader.stdout, loader.stderr]) {
      createInterface({ input: stream }).on("line", (line) => this.emit("line", line));
    }
    loader.on("exit", (code) => this.emit("off", code));
  }

  /** Cuts the power: nothing of what runs is told. */
  async powerOff(): Promise<void> {
    const { process } = this;
    this.process = undefined;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    process.kill("SIGKILL");
    await once(process, "close");
  }

  /** What stands in the primary slot, and whether it is confirmed. */
  primary(): { readonly image: Image | undefined; readonly isConfirmed: boolean } {
    const slot = readFileSync(join(this.folder, FLASH)).subarray(0, slotBytes);
    return { image: readImage(slot), isConfirmed: slot.at(-IMAGE_OK_FROM_END) === 1 };
  }
}
