import { isEtag, isWeak } from "./etag.ts";
import type { ResponseHead } from "./response-head.ts";

/**
 * What tells whether the server still has the file that was begun: its ETag, if it gave one. That
 * goes out in If-Range where it is strong, and every response's is compared, weak ones too. Without
 * one nothing is resumed, a lost connection starts the file over: a mix of two files could pass
 * every check of its single records.
 */
export class Validator {
  private etag: string | undefined;

  /** @param etag kept from an earlier answer; one that could not be sent back counts as none */
  constructor(etag: string | undefined) {
    this.etag = etag !== undefined && isEtag(etag) ? etag : undefined;
  }

  isKnown(): boolean {
    return this.etag !== undefined;
  }

  /** Only a strong one may stand in If-Range (RFC 9110, 13.1.5). */
  ifRange(): string | undefined {
    return this.etag === undefined || isWeak(this.etag) ? undefined : this.etag;
  }

  /** A strong ETag went out in If-Range, so a 206 that repeats none vouches for it. */
  vouchesFor(head: ResponseHead): boolean {
    if (this.etag === undefined) return true;
    if (head.etag === undefined) return !isWeak(this.etag);
    return head.etag === this.etag;
  }

  /** The file begins with the answer that has this head. */
  take(head: ResponseHead): void {
    this.etag = head.etag;
  }

  forget(): void {
    this.etag = undefined;
  }
}
