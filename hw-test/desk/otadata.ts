import {
  activeEntry,
  type OtaEntry,
  type OtaState,
  otaEntry,
  readOtadata,
} from "../../tools/image/otadata.ts";
import type { PoweredFlash } from "./powered-flash.ts";

/** The otadata partition of a tracker: two sectors, each erased before it is written. */
export class Otadata {
  private readonly flash: PoweredFlash;

  constructor(flash: PoweredFlash) {
    this.flash = flash;
  }

  entries(): readonly (OtaEntry | undefined)[] {
    const { nor, geometry } = this.flash;
    return readOtadata(nor.bytes, geometry.blockLength);
  }

  /** The entry that counts, and in which sector it stands; undefined if none does. */
  active(): { readonly sector: 0 | 1; readonly entry: OtaEntry } | undefined {
    const entries = this.entries();
    const entry = activeEntry(entries);
    if (entry === undefined) return undefined;
    return { sector: entries.indexOf(entry) === 0 ? 0 : 1, entry };
  }

  write(sector: 0 | 1, seq: number, state: Exclude<OtaState, "undefined" | "bad">): void {
    this.erase(sector);
    this.flash.write(otaEntry(seq, state), sector * this.flash.geometry.blockLength);
  }

  erase(sector: 0 | 1): void {
    this.flash.eraseBlock(sector);
  }
}
