import type { Flash, FlashGeometry } from "../../firmware/ports/flash.ts";
import { trailerBytes, trailerPages } from "./geometries.ts";

/** MCUboot's own view of its trailer; shares no code with firmware/swap (bootutil_public.c). */
export type SwapType = "none" | "test" | "permanent" | "revert";
export type Flag = "unset" | "set" | "bad";

const typeNumbers: Readonly<Record<SwapType, number>> = {
  none: 1,
  test: 2,
  permanent: 3,
  revert: 4,
};
const magic8 = "77c295f360d2ef7f3552500f2cb67980";
/** After the alignment as a 16-bit number. */
const magicTail = "2de15d29410b8d77679c110f1f8a";

export interface TrailerState {
  readonly magic: "unset" | "good" | "bad";
  readonly imageOk: Flag;
  readonly copyDone: Flag;
  readonly type: SwapType;
  readonly swapSize: number;
}

export type TrailerField = "imageOk" | "copyDone" | "swapInfo" | "swapSize";

/** Reads and writes the trailer of one slot, in write blocks. */
export class SlotTrailer {
  private readonly flash: Flash;
  private readonly geometry: FlashGeometry;
  private readonly alignment: number;
  private readonly magic: Buffer;

  constructor(flash: Flash) {
    this.flash = flash;
    this.geometry = flash.geometry;
    this.alignment = Math.max(this.geometry.writeAlign, 8);
    const size = Buffer.alloc(2);
    size.writeUInt16LE(this.alignment);
    const hex = this.alignment === 8 ? magic8 : size.toString("hex") + magicTail;
    this.magic = Buffer.from(hex, "hex");
  }

  read(): TrailerState {
    const found = this.bytes(16, 16);
    const { eraseValue } = this.geometry;
    const isErased = found.every((byte) => byte === eraseValue);
    return {
      magic: this.magic.equals(found) ? "good" : isErased ? "unset" : "bad",
      imageOk: this.flag("imageOk"),
      copyDone: this.flag("copyDone"),
      type: this.type(),
      swapSize: this.bytes(this.fromEnd("swapSize"), 4).readUInt32LE(),
    };
  }

  /** The pages it lies in, last first, as MCUboot does it: the magic goes first. */
  erase(): void {
    const pages = this.geometry.byteLength / this.geometry.blockLength;
    for (let back = 1; back <= trailerPages(this.geometry); back++) {
      this.flash.eraseBlock(pages - back);
    }
  }

  writeFlag(field: "imageOk" | "copyDone"): void {
    this.write(this.fromEnd(field), Buffer.from([1]));
  }

  writeType(type: SwapType): void {
    this.write(this.fromEnd("swapInfo"), Buffer.from([typeNumbers[type]]));
  }

  writeSwapSize(byteLength: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(byteLength);
    this.write(this.fromEnd("swapSize"), bytes);
  }

  writeMagic(): void {
    const padding = Math.max(0, this.alignment - 16);
    const block = Buffer.concat([Buffer.alloc(padding, this.geometry.eraseValue), this.magic]);
    this.write(16 + padding, block);
  }

  /** Marks step `index` (from 0) of a swap as done. */
  writeStatus(index: number): void {
    this.write(trailerBytes(this.geometry) - index * this.geometry.writeAlign, Buffer.from([1]));
  }

  /** How many steps are marked, up to the last one that is. */
  readStatus(): number {
    const { writeAlign, eraseValue } = this.geometry;
    let count = 3 * 128;
    while (count > 0) {
      const [byte] = this.bytes(trailerBytes(this.geometry) - (count - 1) * writeAlign, 1);
      if (byte !== eraseValue) break;
      count -= 1;
    }
    return count;
  }

  private fromEnd(field: TrailerField): number {
    const order = ["imageOk", "copyDone", "swapInfo", "swapSize"];
    const magicBytes = Math.ceil(16 / this.alignment) * this.alignment;
    return magicBytes + (order.indexOf(field) + 1) * this.alignment;
  }

  private flag(field: "imageOk" | "copyDone"): Flag {
    const [byte] = this.bytes(this.fromEnd(field), 1);
    if (byte === this.geometry.eraseValue) return "unset";
    return byte === 1 ? "set" : "bad";
  }

  private type(): SwapType {
    const [byte = 0] = this.bytes(this.fromEnd("swapInfo"), 1);
    const number = byte === this.geometry.eraseValue ? 0 : byte & 0x0f;
    const types: readonly SwapType[] = ["test", "permanent", "revert"];
    return types.find((type) => typeNumbers[type] === number) ?? "none";
  }

  private bytes(fromEnd: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    this.flash.read(bytes, this.geometry.byteLength - fromEnd);
    return bytes;
  }

  /** Padded to whole write blocks. */
  private write(fromEnd: number, bytes: Buffer): void {
    const { writeAlign, eraseValue, byteLength } = this.geometry;
    const block = Buffer.alloc(Math.ceil(bytes.length / writeAlign) * writeAlign, eraseValue);
    bytes.copy(block);
    this.flash.write(block, byteLength - fromEnd);
  }
}
