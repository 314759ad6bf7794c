import { unknown } from "./header-values.ts";
import { malformed, OddAnswer } from "./odd-answer.ts";
import type { ResponseHead } from "./response-head.ts";

export interface AskedRange {
  /** First and last byte asked for, inclusive. */
  readonly first: number;
  readonly last: number;
  /** The job's: the file's exact length in bytes. */
  readonly size: number;
}

/**
 * Whether a 206 is an answer to what was asked: it begins there, ends there or before, and is of a
 * file of the job's size, as far as it tells (RFC 9110, 15.3.7 and 14.4).
 * @returns the last byte it brings
 * @throws OddAnswer RANGE_MISMATCH, FILE_LENGTH, HTTP_RESPONSE
 */
export function checkPart(head: ResponseHead, asked: AskedRange): number {
  const range = head.contentRange;
  if (range === undefined || range.first === unknown) {
    throw new OddAnswer("RANGE_MISMATCH", "no range in content-range");
  }
  checkTotal(range.total, asked.size);
  if (range.first !== asked.first || range.last > asked.last) {
    const got = `got ${range.first}-${range.last}`;
    throw new OddAnswer("RANGE_MISMATCH", `asked ${asked.first}-${asked.last}, ${got}`);
  }
  const length = range.last - range.first + 1;
  if (head.contentLength !== unknown && head.contentLength !== length) {
    throw malformed(`content-length ${head.contentLength}, range ${length}`);
  }
  return range.last;
}

/**
 * Whether a 200 can be the file.
 * @throws OddAnswer FILE_LENGTH, HTTP_RESPONSE
 */
export function checkWhole(head: ResponseHead, size: number): void {
  checkTotal(head.contentLength, size);
  // A portal's; with the very length of the file it is a file server that knows no types.
  if (head.isPage && head.contentLength === unknown) throw malformed("a page, not a file");
}

/** @param total what the server says, or `unknown` */
export function checkTotal(total: number, size: number): void {
  if (total === unknown || total === size) return;
  throw new OddAnswer("FILE_LENGTH", `${total} bytes, the job says ${size}`);
}
