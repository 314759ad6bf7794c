import { assert } from "../assert.ts";
import { config } from "../config.ts";
import { Failure } from "../failure.ts";
import type { FileLocation } from "../url.ts";
import { checkPart, checkTotal } from "./range.ts";
import type { RangeRequest } from "./request.ts";
import type { ResponseHead } from "./response-head.ts";
import { Validator } from "./validator.ts";

export interface PartialFileOptions {
  /** The file's exact length in bytes. */
  readonly size: number;
  /** Bytes that are here already. */
  readonly from: number;
  /** Of the file that those bytes are of. */
  readonly etag: string | undefined;
  /** Bytes asked for in one request. */
  readonly rangeBytes: number;
}

/** How far the file is here, and what an answer has to be to bring more of the same file. */
export class PartialFile {
  /** Offset of the next byte to deliver. */
  position: number;
  /** What a complete answer has to bring, unless the file ends with it. */
  readonly partMinBytes: number;
  private readonly size: number;
  private readonly rangeBytes: number;
  private readonly validator: Validator;
  /** First byte that was asked for. */
  private first = 0;
  /** Last byte that the response under way may bring, inclusive. */
  private last = 0;
  /** The response under way is the whole file, not a range of it. */
  private isWhole = false;

  constructor(options: PartialFileOptions) {
    assert(options.size > 0, "a file has bytes");
    assert(options.from >= 0 && options.from <= options.size, "from within the file");
    this.size = options.size;
    this.position = options.from;
    this.rangeBytes = options.rangeBytes;
    this.partMinBytes = Math.ceil(options.rangeBytes * config.partMinShare);
    this.validator = new Validator(options.etag);
  }

  isComplete(): boolean {
    return this.position === this.size;
  }

  /** Whether it can go on from `position` although the file may have changed since. */
  canResume(): boolean {
    return this.position === 0 || this.validator.isKnown();
  }

  nextRange(target: FileLocation): RangeRequest {
    const first = this.position;
    const last = Math.min(first + this.rangeBytes, this.size) - 1;
    this.first = first;
    this.last = last;
    const ifRange = first > 0 ? this.validator.ifRange() : undefined;
    return { file: target, first, last, ifRange };
  }

  /**
   * The body that follows is a part of the file.
   * @returns false if it is a part of another one than what is here
   * @throws Failure RANGE_MISMATCH, FILE_LENGTH, HTTP_RESPONSE
   */
  beginPart(head: ResponseHead): boolean {
    const first = this.position;
    const last = checkPart(head, { first, last: this.last, size: this.size });
    if (first > 0 && !this.validator.vouchesFor(head)) return false;
    this.last = last;
    this.isWhole = false;
    return true;
  }

  /**
   * The body that follows is all of the file: with bytes of it here, `restart` is next.
   * @throws Failure FILE_LENGTH
   */
  beginWhole(head: ResponseHead): void {
    checkTotal(head.contentLength, this.size);
    this.last = this.size - 1;
    this.isWhole = true;
  }

  /** What comes from here on is of the file that `head` tells of. */
  identify(head: ResponseHead): void {
    this.validator.take(head);
  }

  /**
   * Bytes of the body came.
   * @returns the offset of the first
   * @throws Failure FILE_LENGTH, HTTP_RESPONSE
   */
  advance(length: number): number {
    const offset = this.position;
    if (offset + length > this.last + 1) {
      throw new Failure(this.isWhole ? "FILE_LENGTH" : "HTTP_RESPONSE", "body too long");
    }
    this.position += length;
    return offset;
  }

  /**
   * @returns whether the body that has ended brought less than it was to; only a chunked one can
   * @throws Failure FILE_LENGTH if it was the whole file
   */
  endsEarly(): boolean {
    if (this.position > this.last) return false;
    if (!this.isWhole) return true;
    throw new Failure("FILE_LENGTH", `the file ends at byte ${this.position}`);
  }

  /** Whether the answer that has ended brought less than `partMinBytes`. */
  isTooShort(): boolean {
    return this.position - this.first < this.partMinBytes;
  }

  /**
   * The server has no byte at `position`, and may tell how many it has (RFC 9110, 15.5.17).
   * @throws Failure FILE_LENGTH
   */
  checkUnsatisfiable(head: ResponseHead): void {
    if (head.contentRange !== undefined) checkTotal(head.contentRange.total, this.size);
  }

  restart(): void {
    this.position = 0;
    this.validator.forget();
  }
}
