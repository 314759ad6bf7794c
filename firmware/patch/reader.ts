import { Failure } from "../failure.ts";
import type { NewSha256 } from "../ports/digest.ts";
import type { Flash } from "../ports/flash.ts";
import { BaseCheck } from "./base-check.ts";
import { Bspatch, type OnImage, WORK_BYTES } from "./bspatch.ts";
import {
  baseDigest,
  checkSizes,
  HEADER_MAX_BYTES,
  type HeaderBounds,
  headerBytes,
  readPatchHeader,
} from "./header.ts";
import { Inflate } from "./inflate.ts";
import type { PatchPosition } from "./position.ts";

export interface PatchReaderOptions {
  /** The slot of the running image, which is read and never written. */
  readonly primary: Flash;
  /** The most that the new image may have, header and TLVs included. */
  readonly imageMaxBytes: number;
  readonly newSha256: NewSha256;
  readonly write: OnImage;
  /**
   * About how many bytes of an image `push` and `proceed` write, or check, before they return: five
   * bytes of a patch may be a whole image, and a page takes a tenth of a second to erase and write.
   */
  readonly stepBytes: number;
  /** `position()` of an earlier reader of the same patch, onto the same running image. */
  readonly from?: PatchPosition | undefined;
}

const START: PatchPosition = Object.freeze({
  offset: 0,
  oldPosition: 0,
  newPosition: 0,
  oldBytes: 0,
  newBytes: 0,
  chunkBytes: 0,
});

const HEADER = 0;
const BASE = 1;
const LENGTH = 2;
const CHUNK = 3;
const ENDED = 4;

/**
 * A patch file (docs/patch-format.md) into the image that it makes: framing, inflate, bspatch. Throws
 * PATCH_FORMAT, PATCH_BASE, PATCH_RANGE, PATCH_DEFLATE, what `write` throws and FLASH_READ; it is
 * then of no more use. A wrong image is not its concern: the slot's digest tells.
 *
 * Costs 4,846 bytes of buffers: work 2,560, inflate 2,240, head 46.
 */
export class PatchReader {
  private readonly options: PatchReaderOptions;
  private readonly bounds: HeaderBounds;
  private readonly inflate: Inflate;
  private readonly head = new Uint8Array(HEADER_MAX_BYTES);
  private headLength = 0;
  private base: BaseCheck | undefined;
  private readonly images: Bspatch;
  private state: number;
  /** The chunk that is being read. */
  private chunk: PatchPosition;
  /** Bytes of its deflate stream that are still to come, and of its length field those that came. */
  private chunkLeft = 0;
  private lengthBytes = 0;

  /** The bytes of the last `push`, and how far they are used. */
  private input: Uint8Array = this.head;
  private at = 0;
  private to = 0;
  /** Offset in the file of the input's first byte. */
  private inputOffset: number;

  constructor(options: PatchReaderOptions) {
    const { primary, imageMaxBytes, from = START } = options;
    this.options = options;
    this.bounds = { imageMaxBytes, primaryBytes: primary.geometry.byteLength };
    this.chunk = from;
    this.inputOffset = from.offset;
    this.state = HEADER;
    const work = new Uint8Array(WORK_BYTES);
    this.inflate = new Inflate(work);
    this.images = new Bspatch(primary, options.write, work);
    if (from.offset > 0) {
      checkSizes(from, this.bounds);
      this.images.begin(from);
      this.beginChunk();
    }
  }

  /** Start of the chunk being read; inside `write`, of the one that is written. */
  position(): PatchPosition {
    return this.chunk;
  }

  /**
   * Takes the file's next bytes, `bytes[0..length)`.
   * @returns false if there is more to do: call `proceed`, until it says true, before the next
   *   `push`; `bytes` has to stay as it is until then
   */
  push(bytes: Uint8Array, length: number): boolean {
    this.inputOffset += this.to;
    this.input = bytes;
    this.at = 0;
    this.to = length;
    return this.proceed();
  }

  /** Goes on with what the last `push` brought. @returns as `push` does */
  proceed(): boolean {
    try {
      return this.work();
    } catch (error) {
      throw this.located(error);
    }
  }

  /** The file has ended. Throws PATCH_FORMAT unless the image is whole. */
  end(): void {
    if (this.state !== ENDED) {
      throw this.located(new Failure("PATCH_FORMAT", "the file ends before the image is whole"));
    }
  }

  private work(): boolean {
    const stop = this.images.newPosition + this.options.stepBytes;
    for (;;) {
      if (this.state === BASE) {
        if (!this.checkBase()) return false;
      } else if (this.state === CHUNK) {
        if (!this.readChunk(stop)) return this.images.newPosition < stop;
      } else if (this.at === this.to) {
        return true;
      } else if (this.state === HEADER) {
        this.readHeader();
      } else if (this.state === LENGTH) {
        this.readLength();
      } else {
        fail("PATCH_FORMAT", "something follows the image's end");
      }
    }
  }

  private readHeader(): void {
    this.head[this.headLength] = this.input[this.at] as number;
    this.headLength += 1;
    this.at += 1;
    if (this.headLength < headerBytes(this.head, this.headLength)) return;
    const { newBytes, oldBytes, chunkBytes } = readPatchHeader(this.head, this.bounds);
    const offset = this.headLength;
    this.chunk = { offset, oldPosition: 0, newPosition: 0, oldBytes, newBytes, chunkBytes };
    this.images.begin(this.chunk);
    if (oldBytes === 0) {
      this.beginChunk();
      return;
    }
    this.base = new BaseCheck(this.images.old, baseDigest(this.head), this.options.newSha256);
    this.state = BASE;
  }

  private checkBase(): boolean {
    if (this.base !== undefined && !this.base.step(this.options.stepBytes)) return false;
    this.base = undefined;
    this.beginChunk();
    return true;
  }

  private beginChunk(): void {
    this.chunkLeft = 0;
    this.lengthBytes = 0;
    this.inflate.begin(this.chunk.chunkBytes);
    this.state = this.chunk.newPosition === this.chunk.newBytes ? ENDED : LENGTH;
  }

  private readLength(): void {
    this.chunkLeft |= (this.input[this.at] as number) << (8 * this.lengthBytes);
    this.lengthBytes += 1;
    this.at += 1;
    if (this.lengthBytes === 2) this.state = CHUNK;
  }

  /** @returns false when it waits for input, or when the image has come to `stop` */
  private readChunk(stop: number): boolean {
    const { images, inflate } = this;
    for (;;) {
      inflate.start = images.take(inflate.start, inflate.end, stop);
      if (images.newPosition >= stop) return false;
      if (!this.inflateMore()) return this.isChunkEnd();
    }
  }

  /** @returns false when that brought nothing, and no input is left */
  private inflateMore(): boolean {
    const { inflate } = this;
    const stop = Math.min(this.to, this.at + this.chunkLeft);
    const stopped = inflate.decode(this.input, this.at, stop);
    this.chunkLeft -= stopped - this.at;
    this.at = stopped;
    return inflate.start < inflate.end;
  }

  /** No more comes of the bytes that are there: the chunk is over, or a lie, or goes on later. */
  private isChunkEnd(): boolean {
    const { inflate, images, chunk } = this;
    if (!inflate.isDone) {
      if (this.chunkLeft === 0) fail("PATCH_DEFLATE", "goes on beyond its chunk");
      return false;
    }
    if (this.chunkLeft > 0 || inflate.hasUnused) fail("PATCH_DEFLATE", "ends before its chunk");
    if (!images.isBetween) fail("PATCH_FORMAT", "a command goes on beyond its chunk");
    images.flush();
    const { oldPosition, newPosition } = images;
    const { oldBytes, newBytes, chunkBytes } = chunk;
    const offset = this.inputOffset + this.at;
    this.chunk = { offset, oldPosition, newPosition, oldBytes, newBytes, chunkBytes };
    this.beginChunk();
    return true;
  }

  private located(error: unknown): unknown {
    if (!(error instanceof Failure) || error.code.slice(0, 6) !== "PATCH_") return error;
    return new Failure(error.code, `byte ${this.inputOffset + this.at}: ${error.detail}`);
  }
}

function fail(code: "PATCH_FORMAT" | "PATCH_DEFLATE", said: string): never {
  throw new Failure(code, said);
}
