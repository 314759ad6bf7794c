import { createHash } from "node:crypto";
import { versionText } from "../../firmware/version-number.ts";
import { IMAGE_MAGIC } from "./mcuboot.ts";
import {
  hashNames,
  hashTypes,
  isUnprotectedType,
  PROTECTED_TLV_INFO_MAGIC,
  TLV_INFO_MAGIC,
} from "./tlvs.ts";

/** What is wrong with an image, and where: bytes from its start. */
export interface ImageFault {
  readonly offset: number;
  readonly said: string;
}

export interface ImageHeader {
  readonly loadAddress: number;
  readonly headerBytes: number;
  readonly protectedBytes: number;
  readonly bodyBytes: number;
  readonly flags: number;
  readonly version: string;
}

export interface ImageEntry {
  /** Of its type, in bytes from the image's start. */
  readonly offset: number;
  readonly type: number;
  readonly value: Uint8Array;
  readonly isProtected: boolean;
}

/** As much of an image as can be read, and the first thing that is wrong with it. */
export interface Anatomy {
  readonly header: ImageHeader | undefined;
  readonly entries: readonly ImageEntry[];
  /** Behind the last TLV area, if it came that far. */
  readonly end: number | undefined;
  readonly fault: ImageFault | undefined;
}

const HEADER_BYTES = 32;
const PAIR_BYTES = 4;

class Faulty {
  readonly fault: ImageFault;
  constructor(offset: number, said: string) {
    this.fault = { offset, said };
  }
}

/**
 * Reads the image at the start of `bytes` for people: where readImage says no, this says why.
 * Bytes behind the image are nobody's.
 */
export function dissect(bytes: Uint8Array): Anatomy {
  const reading = new Reading(bytes);
  try {
    reading.run();
    return { ...reading, fault: undefined };
  } catch (error) {
    if (!(error instanceof Faulty)) throw error;
    return { ...reading, fault: error.fault };
  }
}

class Reading {
  header: ImageHeader | undefined;
  entries: ImageEntry[] = [];
  end: number | undefined;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): void {
    this.header = this.#readHeader();
    const { headerBytes, bodyBytes, protectedBytes } = this.header;
    const bodyEnd = headerBytes + bodyBytes;
    this.#require(bodyEnd, `the header (offset 12) promises a body of ${bodyBytes} bytes`);
    const hashedEnd = bodyEnd + protectedBytes;
    if (protectedBytes > 0) {
      const end = this.#readArea(bodyEnd, PROTECTED_TLV_INFO_MAGIC);
      if (end !== hashedEnd) {
        const said = `the protected TLV area has ${end - bodyEnd} bytes, by the header ${protectedBytes}`;
        throw new Faulty(bodyEnd + 2, said);
      }
    }
    this.end = this.#readArea(hashedEnd, TLV_INFO_MAGIC);
    this.#checkDigests(hashedEnd);
  }

  #readHeader(): ImageHeader {
    const bytes = this.#bytes;
    this.#require(HEADER_BYTES, "an MCUboot header has 32 bytes");
    if (bytes.readUInt32LE(0) !== IMAGE_MAGIC) {
      throw new Faulty(
        0,
        `no MCUboot header: 3db8f396 expected, ${bytes.toString("hex", 0, 4)} found`,
      );
    }
    const headerBytes = bytes.readUInt16LE(8);
    if (headerBytes < HEADER_BYTES)
      throw new Faulty(8, `a header of ${headerBytes} bytes, 32 at least`);
    return {
      loadAddress: bytes.readUInt32LE(4),
      headerBytes,
      protectedBytes: bytes.readUInt16LE(10),
      bodyBytes: bytes.readUInt32LE(12),
      flags: bytes.readUInt32LE(16),
      version: versionText({
        major: bytes.readUInt8(20),
        minor: bytes.readUInt8(21),
        revision: bytes.readUInt16LE(22),
        build: bytes.readUInt32LE(24),
      }),
    };
  }

  #readArea(start: number, magic: number): number {
    const name = magic === TLV_INFO_MAGIC ? "TLV area" : "protected TLV area";
    this.#require(start + PAIR_BYTES, `the ${name} starts at ${start}`);
    const found = this.#bytes.readUInt16LE(start);
    if (found !== magic) {
      throw new Faulty(start, `no ${name}: ${hex16(magic)} expected, ${hex16(found)} found`);
    }
    const end = start + this.#bytes.readUInt16LE(start + 2);
    if (end < start + PAIR_BYTES) throw new Faulty(start + 2, `a ${name} of ${end - start} bytes`);
    this.#require(end, `the ${name} says that it ends at ${end}`);
    this.#readEntries({ start: start + PAIR_BYTES, end, isProtected: magic !== TLV_INFO_MAGIC });
    return end;
  }

  #readEntries(area: { start: number; end: number; isProtected: boolean }): void {
    const { end, isProtected } = area;
    for (let offset = area.start; offset < end; ) {
      if (offset + PAIR_BYTES > end)
        throw new Faulty(offset, "bytes are left over in the TLV area");
      const type = this.#bytes.readUInt16LE(offset);
      const valueEnd = offset + PAIR_BYTES + this.#bytes.readUInt16LE(offset + 2);
      if (valueEnd > end) {
        throw new Faulty(
          offset + 2,
          `TLV ${hex16(type)} runs to ${valueEnd}, its area ends at ${end}`,
        );
      }
      if (!isProtected && !isUnprotectedType(type)) {
        throw new Faulty(offset, `TLV ${hex16(type)} has to be in the protected area`);
      }
      const value = this.#bytes.subarray(offset + PAIR_BYTES, valueEnd);
      this.entries.push({ offset, type, value, isProtected });
      offset = valueEnd;
    }
  }

  #checkDigests(hashedEnd: number): void {
    let count = 0;
    for (const { type, value, offset } of this.entries) {
      const hash = hashNames.find((name) => hashTypes[name] === type);
      if (hash === undefined) continue;
      const digest = createHash(hash).update(this.#bytes.subarray(0, hashedEnd)).digest();
      if (!digest.equals(value)) {
        throw new Faulty(
          offset + PAIR_BYTES,
          `this ${hash} is not that of bytes 0 to ${hashedEnd}`,
        );
      }
      count += 1;
    }
    if (count === 0) throw new Faulty(hashedEnd, "no digest of the image among its TLVs");
  }

  #require(end: number, why: string): void {
    const { length } = this.#bytes;
    if (end > length) throw new Faulty(length, `it ends here, ${end - length} bytes early: ${why}`);
  }
}

function hex16(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}
