import { assert } from "../assert.ts";
import { config } from "../config.ts";
import type { FileLocation } from "../url.ts";
import { unknown } from "./header-values.ts";
import { malformed, OddAnswer } from "./odd-answer.ts";
import { checkPart, checkTotal, checkWhole } from "./range.ts";
import type { RangeRequest } from "./request.ts";
import type { ResponseHead } from "./response-head.ts";
import { Validator } from "./validator.ts";

export interface PartialFileOptions {
  /** The file's exact length in bytes. */
  readonly size: number;
  /** Bytes that are here already. */
  readonly from: number;
  /** Of the file that those bytes are of, or its date (validator.ts). */
  readonly etag: string | undefined;
  /** Bytes asked for in one request. */
  readonly rangeBytes: number;
  /** The job tells a digest: a mix of two files cannot pass for the right one. */
  readonly isVouched?: boolean | undefined;
}

/** How far the file is here, and what an answer has to be to bring more of the same file. */
export class PartialFile {
  /** Offset of the next byte to deliver. */
  position: number;
  /**
   * What is here may be of two files, or of something else: no validator said that it is one, or no
   * head how long it is.
   */
  isDoubtful = false;
  /** What a complete answer has to bring, unless the file ends with it. */
  readonly partMinBytes: number;
  private readonly size: number;
  private readonly rangeBytes: number;
  private readonly validator: Validator;
  private isVouched: boolean;
  /** First byte that was asked for, and is not here yet. */
  private first = 0;
  /** Last byte that the response under way may bring, inclusive. */
  private last = 0;
  /** The response under way is the whole file, not a range of it. */
  private isWhole = false;
  /** Bytes of it that are here already. */
  private toSkip = 0;

  constructor(options: PartialFileOptions) {
    assert(options.size > 0, "a file has bytes");
    assert(options.from >= 0 && options.from <= options.size, "from within the file");
    this.size = options.size;
    this.position = options.from;
    this.rangeBytes = options.rangeBytes;
    this.partMinBytes = Math.ceil(options.rangeBytes * config.partMinShare);
    this.validator = new Validator(options.etag);
    this.isVouched = options.isVouched === true;
  }

  isComplete(): boolean {
    return this.position === this.size;
  }

  /** Whether it can go on from `position` although the file may have changed since. */
  canResume(): boolean {
    return this.position === 0 || this.validator.isKnown() || this.isVouched;
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
   * @throws OddAnswer RANGE_MISMATCH, FILE_LENGTH, HTTP_RESPONSE
   */
  beginPart(head: ResponseHead): boolean {
    const first = this.position;
    const last = checkPart(head, { first, last: this.last, size: this.size });
    checkCoding(head);
    if (first > 0 && !this.validator.vouchesFor(head)) return false;
    if (first > 0 && !this.validator.isKnown()) this.isDoubtful = true;
    this.last = last;
    this.isWhole = false;
    this.toSkip = 0;
    return true;
  }

  /**
   * The body that follows is all of the file: what is here of it will be passed over.
   * @returns false if it may be another one than what is here: `restart` is next
   * @throws OddAnswer FILE_LENGTH, HTTP_RESPONSE
   */
  beginWhole(head: ResponseHead): boolean {
    checkWhole(head, this.size);
    checkCoding(head);
    this.last = this.size - 1;
    this.isWhole = true;
    this.toSkip = this.position;
    const isSame = this.position === 0 || this.validator.isOf(head);
    const isGuess = !this.validator.isKnown() && this.isVouched;
    if ((isGuess && !isSame) || head.contentLength === unknown || head.isPage) {
      this.isDoubtful = true;
    }
    return isSame || isGuess;
  }

  /** Bytes of the body under way, whether or not its head tells. */
  bodyBytes(): number {
    return this.isWhole ? this.size : this.last + 1 - this.position;
  }

  /**
   * What comes from here on is of the file that `head` tells of.
   * @returns its validator
   */
  identify(head: ResponseHead): string | undefined {
    return this.validator.take(head);
  }

  /** @returns how many of the next `length` bytes of the body are here already */
  skip(length: number): number {
    const count = this.toSkip < length ? this.toSkip : length;
    this.toSkip -= count;
    return count;
  }

  /**
   * New bytes of the body came.
   * @returns the offset of the first
   * @throws OddAnswer FILE_LENGTH, HTTP_RESPONSE
   */
  advance(length: number): number {
    const offset = this.position;
    if (offset + length > this.last + 1) {
      throw this.isWhole
        ? new OddAnswer("FILE_LENGTH", "body too long")
        : malformed("body too long");
    }
    this.position += length;
    return offset;
  }

  /**
   * @returns whether the body that has ended brought less than it was to; only a chunked one can
   * @throws OddAnswer FILE_LENGTH if it was the whole file
   */
  endsEarly(): boolean {
    if (this.position > this.last) return false;
    if (!this.isWhole) return true;
    throw new OddAnswer("FILE_LENGTH", `the file ends at byte ${this.position - this.toSkip}`);
  }

  /** Whether the answer that has ended brought less than `partMinBytes`. */
  isTooShort(): boolean {
    return this.position - this.first < this.partMinBytes;
  }

  /** Whether bytes of a file of another length are here: those of the answer that has ended. */
  isTainted(): boolean {
    return this.isWhole && this.position > this.first;
  }

  /**
   * The server has no byte at `position`, and may tell how many it has (RFC 9110, 15.5.17).
   * @throws OddAnswer FILE_LENGTH
   */
  checkUnsatisfiable(head: ResponseHead): void {
    if (head.contentRange !== undefined) checkTotal(head.contentRange.total, this.size);
  }

  restart(): void {
    this.position = 0;
    // What the answer under way brings counts from here.
    this.first = 0;
    this.toSkip = 0;
    this.isDoubtful = false;
    this.validator.forget();
  }

  /** What was mixed was no good: this time only what a validator says is the same. */
  distrust(): void {
    this.isVouched = false;
  }
}

/** `Accept-Encoding: identity` was asked for. */
function checkCoding(head: ResponseHead): void {
  if (head.coding !== "") throw malformed(`content-encoding ${head.coding}`);
}
