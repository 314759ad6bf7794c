import { HexParser } from "../../../firmware/hex/parser.ts";
import { ModdableFlash } from "../../../firmware/platforms/moddable/flash.ts";
import { SlotWriter } from "../../../firmware/slot/writer.ts";
import { feed } from "./file-chunks.ts";
import { addTo, report } from "./report.ts";

const CHUNK_BYTES = 256;

/** As in an update: erase, program, read back, page CRCs. */
report(() => {
  const flash = new ModdableFlash("image-1");
  const writer = new SlotWriter({
    flash,
    addresses: { primary: 0x10000, secondary: 0x80000 },
    crc32: System.crc32,
    onPageWritten() {},
    onPageReopened() {},
  });
  const parser = new HexParser((address, bytes, length) => writer.write(address, bytes, length));
  feed((bytes, length) => parser.push(bytes, length));
  parser.end();
  writer.finish();
  return crcOf(flash, writer.progress().end);
});

/** @param end a multiple of the chunk */
function crcOf(flash: ModdableFlash, end: number): number {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let crc = 0;
  for (let at = 0; at < end; at += CHUNK_BYTES) {
    flash.read(chunk, at);
    crc = addTo(crc, chunk);
  }
  return crc;
}
