// embedded:storage/flash over NOR flash in a file. Partitions and block length: `config.flash` of
// ./manifest.json, which another manifest may change.

import config from "mc/config";
import FFI from "mc/ffi";
import check from "tracker/problem";

const WRITE_ALIGN = 4;
const ERASED = 0xff;

class Flash {
  constructor({ firstBlock, blocks }) {
    const { blockLength } = config.flash;
    this.start = firstBlock * blockLength;
    this.blocks = blocks;
    this.native = new FFI();
    check(this.native.tracker_flash_open(flashLength()));
  }
  status() {
    const { blocks } = this;
    const { blockLength } = config.flash;
    const size = blocks * blockLength;
    return { size, blocks, blockLength, writeAlign: WRITE_ALIGN, eraseValue: ERASED };
  }
  read(into, byteOffset) {
    const isCount = typeof into === "number";
    const bytes = isCount ? new Uint8Array(into) : viewOf(into);
    this.inside(byteOffset, bytes.byteLength);
    const at = this.start + byteOffset;
    check(this.native.tracker_flash_read(at, bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return isCount ? bytes.buffer : bytes.byteLength;
  }
  write(from, byteOffset) {
    const bytes = viewOf(from);
    this.inside(byteOffset, bytes.byteLength);
    if (byteOffset % WRITE_ALIGN !== 0 || bytes.byteLength % WRITE_ALIGN !== 0) {
      throw new RangeError("misaligned");
    }
    const at = this.start + byteOffset;
    check(this.native.tracker_flash_write(at, bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
  eraseBlock(start, end = start + 1) {
    const { blockLength } = config.flash;
    this.inside(start * blockLength, (end - start) * blockLength);
    for (let block = start; block < end; block += 1) {
      check(this.native.tracker_flash_erase(this.start + block * blockLength, blockLength));
    }
  }
  close() {}
  get format() {
    return "buffer";
  }
  inside(byteOffset, byteLength) {
    const { size } = this.status();
    if (!(byteOffset >= 0 && byteLength >= 0 && byteOffset + byteLength <= size)) {
      throw new RangeError("outside the partition");
    }
  }
}

function viewOf(bytes) {
  const { buffer = bytes, byteOffset = 0, byteLength } = bytes;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function flashLength() {
  const { blockLength, partitions } = config.flash;
  let blockCount = 0;
  for (const name of Object.keys(partitions)) {
    const { firstBlock, blocks } = partitions[name];
    blockCount = Math.max(blockCount, firstBlock + blocks);
  }
  return blockCount * blockLength;
}

export default Object.freeze({
  open({ path }) {
    const partition = config.flash.partitions[path];
    if (partition === undefined) throw new Error(`no partition ${path}`);
    return new Flash(partition);
  },
  [Symbol.iterator]() {
    return Object.keys(config.flash.partitions)[Symbol.iterator]();
  },
});
