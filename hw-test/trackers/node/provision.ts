import { FlashFile } from "../virtual/flash-file.ts";
import { FlashChip, openGate } from "./flash-chip.ts";
import { KeyValueLog } from "./key-value.ts";

/** As `tracker-board provision` does; @throws RangeError in the store's words */
export function provisionFlash(flashPath: string, name: string, value: string): void {
  const chip = new FlashChip(FlashFile.openOrCreate(flashPath).path, openGate);
  try {
    new KeyValueLog(chip.part("storage")).write(name, "buffer", Buffer.from(value));
  } finally {
    chip.close();
  }
}
