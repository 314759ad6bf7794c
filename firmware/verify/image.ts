import { Failure, type FailureCode } from "../failure.ts";
import type { Crc32 } from "../ports/checksum.ts";
import type { Digest, NewSha256 } from "../ports/digest.ts";
import type { Flash } from "../ports/flash.ts";
import type { ImageFormat, NoImage, SlotImage, VersionNumber } from "../ports/image.ts";
import { compareVersions, isVersion, versionText } from "../version-number.ts";
import { crc32, pageCheckStart } from "./crc32.ts";
import { hexText, identityBytes } from "./identity.ts";
import { ImageDigests } from "./image-digests.ts";
import { isSameBytes } from "./same-bytes.ts";

/** What the slot writer says it wrote (slot/writer.ts, SlotProgress). Offsets in bytes. */
export interface WrittenSlot {
  readonly erased: Uint8Array;
  readonly lowest: number;
  readonly end: number;
  readonly check: number;
}

/** What the job says of the image. CRC, digest and size are those of its lowest to highest byte. */
export interface PromisedImage {
  readonly version: string;
  readonly crc32?: number | undefined;
  /** 32 bytes. */
  readonly sha256?: Uint8Array | undefined;
  readonly imageSize?: number | undefined;
  /** What an image that has a security counter must say; undefined lets it say anything. */
  readonly securityCounter?: number | undefined;
}

export interface ImageCheckOptions {
  readonly flash: Flash;
  readonly format: ImageFormat;
  readonly newSha256: NewSha256;
  /** The board's own, if it has one. */
  readonly crc32?: Crc32 | undefined;
  readonly slot: WrittenSlot;
  /** `optional` lets a file without such a header pass. */
  readonly header: "required" | "optional";
  readonly promised: PromisedImage;
  /** The image's version may not be below it; undefined for any. */
  readonly least?: VersionNumber | undefined;
}

const CHUNK_BYTES = 256;

/**
 * Reads the written slot back and holds it against what was handed to flash, what the job promised
 * and what the image says of itself. Gaps count as flash has them, erased: 0xFF on almost any part.
 * Costs a buffer of 256 bytes; a page is read only once.
 */
export class ImageCheck {
  private readonly options: ImageCheckOptions;
  private readonly image: SlotImage | NoImage;
  private readonly chunk = new Uint8Array(CHUNK_BYTES);
  private readonly crc32: Crc32;
  /** Digest over lowest to end, if anything asks for it. */
  private readonly extentDigest: Digest | undefined;
  /** Over what the image's own digests cover. */
  private readonly imageDigests: ImageDigests | undefined;
  private pageIndex = 0;
  private check = 0;
  private crc = 0;

  constructor(options: ImageCheckOptions) {
    const promised = options.promised;
    this.options = options;
    this.crc32 = options.crc32 ?? crc32;
    this.image = options.format.readImage(options.flash, options.slot.end);
    this.extentDigest = promised.sha256 === undefined ? undefined : options.newSha256();
    this.imageDigests =
      "digests" in this.image ? new ImageDigests(this.image, options.newSha256) : undefined;
  }

  /**
   * One page's worth of work, so that other things get their turn.
   * Throws the failure it finds: READ_BACK, IMAGE_….
   * @returns whether there is more to do; false means that all is well
   */
  step(): boolean {
    const slot = this.options.slot;
    const pageBytes = this.options.flash.geometry.blockLength;
    const bitmap = slot.erased;
    while (this.pageIndex * pageBytes < slot.end) {
      const index = this.pageIndex;
      this.pageIndex += 1;
      if (((bitmap[index >> 3] as number) & (1 << (index & 7))) === 0) continue;
      this.readPage(index);
      return true;
    }
    this.conclude();
    return false;
  }

  /** After the last step: which image it is, as `imageIdentity` tells it. */
  identity(): string {
    return "digests" in this.image ? hexText(identityBytes(this.image)) : "";
  }

  private readPage(pageIndex: number): void {
    const flash = this.options.flash;
    const pageBytes = flash.geometry.blockLength;
    const start = pageIndex * pageBytes;
    const { crc32, chunk } = this;
    let pageCrc = pageCheckStart(pageIndex);
    for (let at = 0; at < pageBytes; at += CHUNK_BYTES) {
      flash.read(chunk, start + at);
      pageCrc = crc32(pageCrc, chunk, 0, CHUNK_BYTES);
      this.takeChunk(start + at);
    }
    this.check ^= pageCrc;
  }

  /** The chunk holds the slot's bytes from `offset` on. */
  private takeChunk(offset: number): void {
    const slot = this.options.slot;
    const from = clamp(slot.lowest - offset);
    const to = clamp(slot.end - offset);
    if (from < to) {
      if (this.options.promised.crc32 !== undefined) {
        this.crc = this.crc32(this.crc, this.chunk, from, to);
      }
      if (this.extentDigest !== undefined) this.extentDigest.update(this.part(from, to));
    }
    if (this.imageDigests === undefined || !("digests" in this.image)) return;
    const hashed = clamp(this.image.hashedBytes - offset);
    if (hashed > 0) this.imageDigests.update(this.part(0, hashed));
  }

  /** Without a view for a whole chunk, as most are. */
  private part(from: number, to: number): Uint8Array {
    return from === 0 && to === CHUNK_BYTES ? this.chunk : this.chunk.subarray(from, to);
  }

  private conclude(): void {
    const slot = this.options.slot;
    const promised = this.options.promised;
    this.equal("READ_BACK", this.check >>> 0, slot.check);
    if (promised.imageSize !== undefined) {
      this.equal("IMAGE_SIZE", slot.end - slot.lowest, promised.imageSize);
    }
    if (promised.crc32 !== undefined) this.equal("IMAGE_CRC", this.crc, promised.crc32);
    this.checkExtentDigest();
    this.checkImage();
  }

  private checkExtentDigest(): void {
    const { sha256 } = this.options.promised;
    if (this.extentDigest === undefined || sha256 === undefined) return;
    const found = this.extentDigest.finish();
    if (!isSameBytes(found, sha256)) throw wrongDigest(found, "the job's");
  }

  private checkImage(): void {
    const image = this.image;
    if (!("digests" in image)) {
      if (image.absent && this.options.header === "optional") return;
      throw new Failure("IMAGE_HEADER", image.fault);
    }
    const wrong = this.imageDigests?.wrong();
    if (wrong !== undefined) throw wrongDigest(wrong, "its own");
    this.checkVersion(image);
    this.checkCounter(image);
  }

  private checkVersion({ version: found }: SlotImage): void {
    const { promised, least } = this.options;
    if (!isVersion(promised.version, found)) {
      throw new Failure("IMAGE_VERSION", `${versionText(found)}, expected ${promised.version}`);
    }
    if (least !== undefined && compareVersions(found, least) < 0) {
      throw new Failure("VERSION_DOWNGRADE", `${versionText(found)}, ${versionText(least)} runs`);
    }
  }

  /** The bootloader may go by it as well, so the two must not differ. */
  private checkCounter({ securityCounter: found }: SlotImage): void {
    const { securityCounter } = this.options.promised;
    if (found === undefined || securityCounter === undefined) return;
    this.equal("IMAGE_COUNTER", found, securityCounter);
  }

  private equal(code: FailureCode, found: number, expected: number): void {
    if (found === expected) return;
    const isCrc = code !== "IMAGE_SIZE" && code !== "IMAGE_COUNTER";
    const radix = isCrc ? 16 : 10;
    throw new Failure(code, `${found.toString(radix)}, expected ${expected.toString(radix)}`);
  }
}

function wrongDigest(found: Uint8Array, whose: string): Failure {
  return new Failure("IMAGE_SHA256", `${hexText(found)} is not ${whose}`);
}

function clamp(offset: number): number {
  if (offset <= 0) return 0;
  return offset < CHUNK_BYTES ? offset : CHUNK_BYTES;
}
