import { HexParser } from "../../../firmware/hex/parser.ts";
import type { Flash } from "../../../firmware/ports/flash.ts";
import { SlotWriter } from "../../../firmware/slot/writer.ts";
import { feed } from "./file-chunks.ts";
import { report } from "./report.ts";

const SLOT_BYTES = 0x70000;
const PAGE_BYTES = 4096;
const memory = new Uint8Array(SLOT_BYTES);

const flash: Flash = {
  geometry: {
    byteLength: SLOT_BYTES,
    blockLength: PAGE_BYTES,
    writeAlign: 4,
    eraseValue: 0xff,
  },
  read(into, offset) {
    into.set(new Uint8Array(memory.buffer, offset, into.byteLength));
  },
  write(bytes, offset) {
    memory.set(bytes, offset);
  },
  eraseBlock(index) {
    memory.fill(0xff, index * PAGE_BYTES, (index + 1) * PAGE_BYTES);
  },
};

/** As in an update: erase, program, read back, page CRCs. */
report(() => {
  const writer = new SlotWriter({
    flash,
    addresses: { primary: 0x10000, secondary: 0x80000 },
    onPageWritten() {},
    onPageReopened() {},
  });
  feed(new HexParser((address, bytes, length) => writer.write(address, bytes, length)));
  writer.finish();
  return writer.progress().end;
});
