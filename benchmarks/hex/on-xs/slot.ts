import { HexParser } from "../../../firmware/hex/parser.ts";
import { ModdableFlash } from "../../../firmware/platforms/moddable/flash.ts";
import { SlotWriter } from "../../../firmware/slot/writer.ts";
import { feed } from "./file-chunks.ts";
import { report } from "./report.ts";

/** As in an update: erase, program, read back, page CRCs. */
report(() => {
  const writer = new SlotWriter({
    flash: new ModdableFlash("image-1"),
    addresses: { primary: 0x10000, secondary: 0x80000 },
    crc32: System.crc32,
    onPageWritten() {},
    onPageReopened() {},
  });
  const parser = new HexParser((address, bytes, length) => writer.write(address, bytes, length));
  feed((bytes, length) => parser.push(bytes, length));
  parser.end();
  writer.finish();
  return writer.progress().end;
});
