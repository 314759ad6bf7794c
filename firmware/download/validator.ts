import { isEtag, isWeak } from "./etag.ts";
import { parseHttpDate } from "./http-date.ts";
import type { ResponseHead } from "./response-head.ts";

/**
 * What tells whether the server still has the file that was begun: its ETag, if it gave one, else its
 * Last-Modified where that is strong. It goes out in If-Range unless it is a weak ETag (RFC 9110,
 * 13.1.5), and every response's is compared, weak ones too. Without one nothing is resumed, unless
 * the job itself vouches for the file (partial-file.ts): a mix of two files could pass every check of
 * its single records.
 */
export class Validator {
  /** An ETag, which has quotes, or an HTTP date, which has none. */
  private text: string | undefined;

  /** @param text kept from an earlier answer; one that could not be sent back counts as none */
  constructor(text: string | undefined) {
    const isGood = text !== undefined && (isEtag(text) || parseHttpDate(text) !== undefined);
    this.text = isGood ? text : undefined;
  }

  isKnown(): boolean {
    return this.text !== undefined;
  }

  ifRange(): string | undefined {
    return this.isSent() ? this.text : undefined;
  }

  /** If it went out in If-Range, a 206 that repeats none vouches for the file. */
  vouchesFor(head: ResponseHead): boolean {
    if (this.text === undefined) return true;
    const answered = this.sameKindOf(head);
    return answered === undefined ? this.isSent() : answered === this.text;
  }

  /** The answer says of itself that it is the same file, whatever was sent. */
  isOf(head: ResponseHead): boolean {
    return this.text !== undefined && this.sameKindOf(head) === this.text;
  }

  /** The file begins with the answer that has this head. */
  take(head: ResponseHead): string | undefined {
    this.text = head.etag ?? head.modified;
    return this.text;
  }

  forget(): void {
    this.text = undefined;
  }

  private isSent(): boolean {
    return this.text !== undefined && !isWeak(this.text);
  }

  private sameKindOf(head: ResponseHead): string | undefined {
    return this.text !== undefined && isEtag(this.text) ? head.etag : head.modified;
  }
}
