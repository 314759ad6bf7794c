import type { FileLocation } from "../url.ts";
import { isPresigned } from "./request.ts";
import type { ResponseHead } from "./response-head.ts";

/**
 * The question for the CRC-32 of the whole file, a HEAD before the first range. It is put once for
 * each state of the file: a server that cannot answer it must not use up the attempts.
 */
export class Probe {
  /** The response under way is the answer. */
  underWay = false;
  private readonly enabled: boolean;
  private wanted: boolean;
  private fileCrc32: number | undefined;
  private etag: string | undefined;

  constructor(enabled: boolean) {
    this.enabled = enabled;
    this.wanted = enabled;
  }

  /** @returns whether the next request to `target` is the HEAD */
  begin(target: FileLocation): boolean {
    this.underWay = this.wanted && !isPresigned(target.path);
    if (this.underWay) this.wanted = false;
    return this.underWay;
  }

  /** The answer was a redirect: the question goes to where that leads. */
  redirected(): void {
    if (this.underWay) this.wanted = true;
  }

  /** The file is another one than was asked about. */
  restart(): void {
    this.wanted = this.enabled;
  }

  take(head: ResponseHead): void {
    this.fileCrc32 = head.fileCrc32;
    this.etag = head.etag;
  }

  /** The CRC-32 of the file that `head` brings a part of, if that is the one asked about. */
  crc32Of(head: ResponseHead): number | undefined {
    if (head.fileCrc32 !== undefined) return head.fileCrc32;
    return head.etag !== undefined && head.etag === this.etag ? this.fileCrc32 : undefined;
  }
}
