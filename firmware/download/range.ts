import { Failure } from "../failure.ts";
import { unknown } from "./header-values.ts";
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
 * file of the job's size (RFC 9110, 15.3.7).
 * @returns the last byte it brings
 * @throws Failure RANGE_MISMATCH, FILE_LENGTH, HTTP_RESPONSE
 */
export function checkPart(head: ResponseHead, asked: AskedRange): number {
  const range = head.contentRange;
  if (range === undefined || range.first === unknown || range.total === unknown) {
    throw new Failure("RANGE_MISMATCH", "no range, or no total, in content-range");
  }
  checkTotal(range.total, asked.size);
  if (range.first !== asked.first || range.last > asked.last) {
    const got = `got ${range.first}-${range.last}`;
    throw new Failure("RANGE_MISMATCH", `asked ${asked.first}-${asked.last}, ${got}`);
  }
  const length = range.last - range.first + 1;
  if (head.contentLength !== unknown && head.contentLength !== length) {
    throw new Failure("HTTP_RESPONSE", `content-length ${head.contentLength}, range ${length}`);
  }
  return range.last;
}

/** @param total what the server says, or `unknown` */
export function checkTotal(total: number, size: number): void {
  if (total === unknown || total === size) return;
  throw new Failure("FILE_LENGTH", `${total} bytes, the job says ${size}`);
}
