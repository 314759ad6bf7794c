import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./build.ts";

/** The memory map of docs/virtual-tracker.md. */
export const layout = Object.freeze({
  flashBytes: 0x100000,
  pageBytes: 4096,
  primary: 0x10000,
  secondary: 0x80000,
  slotBytes: 0x70000,
  storage: 0xf8000,
  storageBytes: 0x8000,
});

/** Trailer fields, bytes from the slot's end (mcuboot docs/design.md, "Image trailer", A = 8). */
export const trailer = Object.freeze({
  magic: 16,
  imageOk: 24,
  copyDone: 32,
  swapInfo: 40,
  swapSize: 48,
});

const goodMagic = Buffer.from("77c295f360d2ef7f3552500f2cb67980", "hex");

/** An MCUboot image (mcuboot docs/design.md, "Image format") with a SHA-256 TLV. */
export function testImage(
  body: Uint8Array,
  version: readonly [number, number, number],
  flags = 0,
): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt32LE(0x96f3b83d, 0);
  header.writeUInt16LE(32, 8);
  header.writeUInt32LE(body.length, 12);
  header.writeUInt32LE(flags, 16);
  header[20] = version[0];
  header[21] = version[1];
  header.writeUInt16LE(version[2], 22);
  const hashed = Buffer.concat([header, body]);
  const tlv = Buffer.alloc(8);
  tlv.writeUInt16LE(0x6907, 0);
  tlv.writeUInt16LE(40, 2);
  tlv.writeUInt16LE(0x10, 4);
  tlv.writeUInt16LE(32, 6);
  return Buffer.concat([hashed, tlv, createHash("sha256").update(hashed).digest()]);
}

/** A flash of which each power cycle gets a file. */
export class TestFlash {
  readonly path: string;
  private readonly folder: string;

  constructor(content?: Uint8Array) {
    this.folder = temporaryFolder();
    this.path = join(this.folder, "flash.bin");
    writeFileSync(this.path, content ?? Buffer.alloc(layout.flashBytes, 0xff));
  }

  bytes(): Buffer {
    return readFileSync(this.path);
  }

  put(address: number, bytes: Uint8Array): void {
    const content = this.bytes();
    content.set(bytes, address);
    writeFileSync(this.path, content);
  }

  /** As a client requests it: swap_info, then magic (MCUboot, docs/design.md). */
  requestSwap(type: "test" | "permanent"): void {
    const end = layout.secondary + layout.slotBytes;
    if (type === "permanent") this.put(end - trailer.imageOk, Uint8Array.of(1));
    this.put(end - trailer.swapInfo, Uint8Array.of(type === "test" ? 2 : 3));
    this.put(end - trailer.magic, goodMagic);
  }

  slot(start: number, byteLength: number): Buffer {
    return this.bytes().subarray(start, start + byteLength);
  }

  trailerByte(start: number, fromEnd: number): number {
    return this.bytes()[start + layout.slotBytes - fromEnd] ?? -1;
  }

  hasGoodMagic(start: number): boolean {
    const end = start + layout.slotBytes;
    return this.bytes()
      .subarray(end - trailer.magic, end)
      .equals(goodMagic);
  }
}
