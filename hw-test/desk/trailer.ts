import type { Flash, FlashGeometry } from "../../firmware/ports/flash.ts";
import {
  fieldAlignment,
  fromEnd,
  goodMagic,
  MAGIC_BYTES,
  readFields,
  type SwapType,
  statusEntries,
  swapTypes,
  type TrailerField,
  type TrailerFields,
  trailerBytes,
} from "../../tools/image/trailer.ts";
import { trailerPages } from "./geometries.ts";

/** As MCUboot acts on it: a type that is unset is none, one that it does not know a number. */
export interface TrailerState extends Omit<TrailerFields, "swapInfo"> {
  readonly type: SwapType | number;
}

/**
 * The trailer of one slot as the desk's bootloader reads and writes it, in write blocks. Shares no
 * code with firmware/swap/trailer.ts: it is its oracle, for every geometry of the desk.
 */
export class SlotTrailer {
  private readonly flash: Flash;
  private readonly geometry: FlashGeometry;

  constructor(flash: Flash) {
    this.flash = flash;
    this.geometry = flash.geometry;
  }

  read(): TrailerState {
    const fieldsBytes = fromEnd("swapSize", this.geometry);
    const { swapInfo, ...state } = readFields(this.bytes(fieldsBytes, fieldsBytes), this.geometry);
    const number = swapInfo & 0x0f;
    const isUnset = swapInfo === this.geometry.eraseValue;
    return { ...state, type: isUnset ? "none" : (swapTypes[number] ?? number) };
  }

  /** The pages it lies in, last first, as MCUboot does it: the magic goes first. */
  erase(): void {
    const pages = this.geometry.byteLength / this.geometry.blockLength;
    for (let back = 1; back <= trailerPages(this.geometry); back++) {
      this.flash.eraseBlock(pages - back);
    }
  }

  writeFlag(field: "imageOk" | "copyDone"): void {
    this.writeField(field, Buffer.from([1]));
  }

  writeType(type: SwapType): void {
    this.writeField("swapInfo", Buffer.from([swapTypes.indexOf(type)]));
  }

  writeSwapSize(byteLength: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(byteLength);
    this.writeField("swapSize", bytes);
  }

  writeMagic(): void {
    const padding = Math.max(0, fieldAlignment(this.geometry) - MAGIC_BYTES);
    const erased = Buffer.alloc(padding, this.geometry.eraseValue);
    this.write(MAGIC_BYTES + padding, Buffer.concat([erased, goodMagic(this.geometry)]));
  }

  /** Marks step `index` (from 0) of a swap as done; MCUboot numbers the two halves of a page's. */
  writeStatus(index: number, half: 1 | 2 = 1): void {
    this.write(trailerBytes(this.geometry) - index * this.geometry.writeAlign, Buffer.from([half]));
  }

  /** How many steps are marked, up to the last one that is. */
  readStatus(): number {
    const { writeAlign, eraseValue } = this.geometry;
    let count = statusEntries(this.geometry);
    while (count > 0) {
      const [byte] = this.bytes(trailerBytes(this.geometry) - (count - 1) * writeAlign, 1);
      if (byte !== eraseValue) break;
      count -= 1;
    }
    return count;
  }

  private bytes(fromSlotEnd: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    this.flash.read(bytes, this.geometry.byteLength - fromSlotEnd);
    return bytes;
  }

  private writeField(field: TrailerField, bytes: Buffer): void {
    this.write(fromEnd(field, this.geometry), bytes);
  }

  /** Padded to whole write blocks. */
  private write(fromSlotEnd: number, bytes: Buffer): void {
    const { writeAlign, eraseValue, byteLength } = this.geometry;
    const block = Buffer.alloc(Math.ceil(bytes.length / writeAlign) * writeAlign, eraseValue);
    bytes.copy(block);
    this.flash.write(block, byteLength - fromSlotEnd);
  }
}
