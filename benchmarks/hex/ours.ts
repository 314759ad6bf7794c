import type { Flash } from "../../firmware/ports/flash.ts";
import { HexParser } from "../../firmware/hex/parser.ts";
import { SlotWriter } from "../../firmware/slot/writer.ts";
import { hexText, expectedBytes } from "hex-file";

declare function trace(text: string): void;
declare function meter(work: () => void): number;
declare function heap(): Record<string,number>;

const SLOT_BYTES = 0x70000;
const memory = new Uint8Array(SLOT_BYTES);
const flash: Flash = {
  geometry: { byteLength: SLOT_BYTES, blockLength: 4096, writeAlign: 4, eraseValue: 0xff },
  read(into, offset) { into.set(new Uint8Array(memory.buffer, offset, into.byteLength)); },
  write(bytes, offset) { memory.set(bytes, offset); },
  eraseBlock(i) { memory.fill(0xff, i * 4096, i * 4096 + 4096); },
};
const bytes = new Uint8Array(ArrayBuffer.fromString(hexText));
for (let i = 0; i < hexText.length; i++) bytes[i] = hexText.charCodeAt(i);
const buffer = new Uint8Array(1024);
function feed(parser: HexParser) {
  for (let at = 0; at < bytes.length; at += 1024) {
    const n = Math.min(1024, bytes.length - at);
    for (let i = 0; i < n; i++) buffer[i] = bytes[at + i];
  }
}
function run(parser: HexParser) {
  for (let at = 0; at < bytes.length; at += 1024) {
    const n = Math.min(1024, bytes.length - at);
    buffer.set(bytes.subarray(at, at + n));
    parser.push(buffer, n);
  }
  parser.end();
}
let total = 0;

const mode = "MODE";
const w = new SlotWriter({ flash, addresses: { primary: 0x10000, secondary: 0x80000 }, onPageWritten() {}, onPageReopened() {} });
const n = mode === "parser" ? meter(() => run(new HexParser(() => {}))) : meter(() => { run(new HexParser((address, data, length) => w.write(address, data, length))); w.finish(); });
trace(JSON.stringify({ lib: mode, n, perChar: n / bytes.length }) + "\n");
