import FlashStorage from "embedded:storage/flash";
import { Failure, type FailureCode } from "../../failure.ts";
import type { Flash, FlashGeometry } from "../../ports/flash.ts";

export class ModdableFlash implements Flash {
  readonly geometry: FlashGeometry;
  /** Not by its name, which differs between the typings of npm and those of the SDK. */
  private readonly partition: ReturnType<typeof FlashStorage.open>;

  /** @param path a partition label, e.g. `image-1` (Zephyr device tree) */
  constructor(path: string, layout: Pick<FlashGeometry, "hasTrailer"> = {}) {
    this.partition = FlashStorage.open({ path, mode: "r+" });
    const status = this.partition.status();
    // The SDK's ESP32 does not tell the last two: SPI NOR, which takes words.
    this.geometry = Object.freeze({
      byteLength: status.size,
      blockLength: status.blockLength,
      writeAlign: status.writeAlign ?? 4,
      eraseValue: status.eraseValue ?? 0xff,
      hasTrailer: layout.hasTrailer ?? true,
    });
  }

  read(into: Uint8Array, offset: number): void {
    try {
      this.partition.read(into, offset);
    } catch (error) {
      throw deviceError("FLASH_READ", error);
    }
  }

  write(bytes: Uint8Array, offset: number): void {
    try {
      this.partition.write(bytes, offset);
    } catch (error) {
      throw deviceError("FLASH_WRITE", error);
    }
  }

  eraseBlock(blockIndex: number): void {
    try {
      this.partition.eraseBlock(blockIndex, blockIndex + 1);
    } catch (error) {
      throw deviceError("FLASH_ERASE", error);
    }
  }
}

/** Flash that fails is no bug of ours: the job is told, the running image stays. */
function deviceError(code: FailureCode, error: unknown): Failure {
  return new Failure(code, String(error));
}
