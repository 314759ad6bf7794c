import { config } from "../config.ts";
import { isEtag } from "./etag.ts";
import { type HeaderName, HeaderReader } from "./header-reader.ts";
import {
  type ContentRange,
  hasToken,
  parseContentRange,
  parseCrc32,
  parseDecimal,
  unknown,
} from "./header-values.ts";
import { parseHttpDate } from "./http-date.ts";
import { malformed, type OddAnswer } from "./odd-answer.ts";

/**
 * One response head, as far as this client cares; the fields are good once `complete`. It is
 * written over by the next one. `read` throws OddAnswer for what is malformed or contradicts itself:
 * at the end of the head where its lines are sound, so that the rest of them is known by then.
 */
export class ResponseHead {
  complete = false;
  /** 200 to 599: interim responses (1xx) are passed over. 0 until it is known. */
  status = 0;
  /** What `read` threw, of a head whose status is good: the answer is that, and no more. */
  fault: OddAnswer | undefined;
  /** Bytes of the body, or `unknown`. */
  contentLength = unknown;
  chunked = false;
  /** The connection may serve another request (RFC 9112, 9.3). HTTP/1.0 is taken to mean not. */
  keepsAlive = false;
  contentRange: ContentRange | undefined;
  /** Content-Encoding, unless it is `identity`, which is none. */
  coding = "";
  /** A page for people to read, as portals and error handlers give. */
  isPage = false;
  etag: string | undefined;
  /** Last-Modified, where it is a strong validator (RFC 9110, 8.8.2.2). */
  modified: string | undefined;
  location: string | undefined;
  /**
   * Retry-After in ms, at most `config.retryAfterTotalMaxMs`. A date counts from the answer's own
   * Date: a tracker may not know the time. 0 when absent, or a date without a Date.
   */
  retryAfterMs = 0;
  /** CRC-32 of the whole file, if the server vouches for one. */
  fileCrc32: number | undefined;

  private readonly reader = new HeaderReader(this);
  private seen: HeaderName[] = [];
  private firstFault: OddAnswer | undefined;
  private date = "";
  private lastModified = "";
  private retryAfter = "";
  private checksum: number | undefined;
  private checksumType = "";

  reset(): void {
    this.reader.reset();
    this.clear();
  }

  /**
   * Reads `bytes[from..to)` as far as the head goes.
   * @returns the index after the last byte taken
   */
  read(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && !this.complete) at = this.reader.read(bytes, at, to);
    return at;
  }

  /** The head is over, though it is not sound. @returns whether its status can be acted on */
  spoil(fault: OddAnswer): boolean {
    if (this.status < 200) return false;
    this.fault = fault;
    this.keepsAlive = false;
    return true;
  }

  /** `HTTP/1.1 206 Partial Content` (RFC 9112, 4). */
  onStatusLine(line: string): void {
    const version = parseDecimal(line.slice(7, 8));
    const status = parseDecimal(line.slice(9, 12));
    const isOurs = line.slice(0, 7) === "HTTP/1." && line.charAt(8) === " ";
    const isWhole = line.length === 12 || line.charAt(12) === " ";
    if (!isOurs || !isWhole || version === undefined) throw malformed("status line");
    if (status === undefined || status < 100 || status > 599) throw malformed("status");
    this.status = status;
    this.keepsAlive = version >= 1;
  }

  onHeader(name: HeaderName, value: string): void {
    // Connection is a list and may come in parts; of the others a second one is a contradiction.
    if (name !== "connection" && this.seen.indexOf(name) >= 0) this.blame(`second ${name}`);
    this.seen.push(name);
    switch (name) {
      case "content-length":
        this.takeLength(value);
        return;
      case "content-range":
        this.contentRange = parseContentRange(value);
        return;
      case "content-type":
        this.isPage = isPageType(value.toLowerCase());
        return;
      case "content-encoding":
        this.coding = isIdentity(value) ? "" : value;
        return;
      case "transfer-encoding":
        // `identity` is of RFC 2616, and says that there is none.
        if (value.toLowerCase() === "chunked") this.chunked = true;
        else if (!isIdentity(value)) this.blame("transfer-encoding");
        return;
      case "connection":
        if (hasToken(value, "close")) this.keepsAlive = false;
        return;
      case "location":
        this.location = value;
        return;
      default:
        this.takeNote(name, value);
    }
  }

  onHeadEnd(): void {
    if (this.status < 200) {
      if (this.firstFault !== undefined) throw this.firstFault;
      this.clear();
      this.reader.nextHead();
      return;
    }
    // RFC 9112, 6.1 and 6.3: such framing is an attack or a fault.
    if (this.chunked && this.contentLength !== unknown) this.blame("two lengths");
    this.fileCrc32 = this.vouched() ? this.checksum : undefined;
    this.judgeTimes();
    this.complete = true;
    if (this.firstFault !== undefined) throw this.firstFault;
  }

  /** What is not about the body: a value that makes no sense is as good as none. */
  private takeNote(name: HeaderName, value: string): void {
    switch (name) {
      case "etag":
        if (isEtag(value)) this.etag = value;
        return;
      case "last-modified":
        this.lastModified = value;
        return;
      case "date":
        this.date = value;
        return;
      case "retry-after":
        this.retryAfter = value;
        return;
      case "x-amz-checksum-crc32":
        this.checksum = parseCrc32(value);
        return;
      case "x-amz-checksum-type":
        this.checksumType = value;
    }
  }

  private takeLength(value: string): void {
    const length = parseDecimal(value);
    if (length === undefined) this.blame("content-length");
    else this.contentLength = length;
  }

  /** The first thing that is wrong is what is told. */
  private blame(what: string): void {
    this.firstFault ??= malformed(what);
  }

  private judgeTimes(): void {
    const nowS = parseHttpDate(this.date);
    const modifiedS = parseHttpDate(this.lastModified);
    // A second later, or the file may have changed twice in the one that both tell.
    if (nowS !== undefined && modifiedS !== undefined && nowS > modifiedS) {
      this.modified = this.lastModified;
    }
    const untilS = parseHttpDate(this.retryAfter);
    let waitS = parseDecimal(this.retryAfter) ?? 0;
    if (nowS !== undefined && untilS !== undefined) waitS = Math.max(untilS - nowS, 0);
    this.retryAfterMs = Math.min(waitS * 1000, config.retryAfterTotalMaxMs);
  }

  /**
   * S3 gives no checksum with a range, but for one that is a whole part or the whole object; then
   * it may be the part's, or a CRC of CRCs without its `-N`. So, with a range, only one that says
   * it is of the full object counts.
   */
  private vouched(): boolean {
    if (this.status === 200) return this.checksumType !== "COMPOSITE";
    return this.checksumType === "FULL_OBJECT";
  }

  private clear(): void {
    this.complete = false;
    this.status = 0;
    this.fault = undefined;
    this.contentLength = unknown;
    this.chunked = false;
    this.keepsAlive = false;
    this.contentRange = undefined;
    this.coding = "";
    this.isPage = false;
    this.etag = undefined;
    this.modified = undefined;
    this.location = undefined;
    this.retryAfterMs = 0;
    this.fileCrc32 = undefined;
    this.seen = [];
    this.firstFault = undefined;
    this.date = "";
    this.lastModified = "";
    this.retryAfter = "";
    this.checksum = undefined;
    this.checksumType = "";
  }
}

function isIdentity(coding: string): boolean {
  return coding === "" || coding.toLowerCase() === "identity";
}

function isPageType(type: string): boolean {
  return type.slice(0, 9) === "text/html" || type.slice(0, 21) === "application/xhtml+xml";
}
