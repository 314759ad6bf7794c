import { Failure, type FailureCode } from "../../failure.ts";
import type { Flash, FlashGeometry } from "../../ports/flash.ts";
import type { FlashModule } from "./engine.ts";

/** Where a slot lies in the chip's flash. */
export interface SlotPlace {
  readonly address: number;
  readonly byteLength: number;
  readonly blockLength: number;
  /** 4 on the nRF52, where `Flash.write` takes words. */
  readonly writeAlign: number;
}

/** One slot; a read costs a copy of what is read. */
export class EspruinoFlash implements Flash {
  readonly geometry: FlashGeometry;
  private readonly flash: FlashModule;
  private readonly address: number;

  constructor(flash: FlashModule, place: SlotPlace) {
    const { address, byteLength, blockLength, writeAlign } = place;
    this.flash = flash;
    this.address = address;
    this.geometry = Object.freeze({ byteLength, blockLength, writeAlign, eraseValue: 0xff });
  }

  read(into: Uint8Array, offset: number): void {
    attemptAs("FLASH_READ", () => {
      into.set(this.flash.read(into.byteLength, this.at(offset)));
    });
  }

  write(bytes: Uint8Array, offset: number): void {
    attemptAs("FLASH_WRITE", () => this.flash.write(bytes, this.at(offset)));
  }

  eraseBlock(blockIndex: number): void {
    attemptAs("FLASH_ERASE", () =>
      this.flash.erasePage(this.at(blockIndex * this.geometry.blockLength)),
    );
  }

  /** An integer: a sum that Espruino keeps as a double is taken for another address. */
  private at(offset: number): number {
    return (this.address + offset) | 0;
  }
}

/** Flash that fails is no bug of ours: the job is told, the running image stays. */
function attemptAs(code: FailureCode, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new Failure(code, String(error));
  }
}
