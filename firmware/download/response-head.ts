import { config } from "../config.ts";
import { Failure } from "../failure.ts";
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

/**
 * One response head, as far as this client cares; the fields are good once `complete`. It is
 * written over by the next one. Throws HTTP_RESPONSE for what is malformed or contradicts itself.
 */
export class ResponseHead {
  complete = false;
  /** 200 to 599: interim responses (1xx) are passed over. */
  status = 0;
  /** Bytes of the body, or `unknown`. */
  contentLength = unknown;
  chunked = false;
  /** The connection may serve another request (RFC 9112, 9.3). HTTP/1.0 is taken to mean not. */
  keepsAlive = false;
  contentRange: ContentRange | undefined;
  etag: string | undefined;
  location: string | undefined;
  /** Retry-After in ms, at most `config.backoffMaxMs`; 0 when absent or an HTTP date. */
  retryAfterMs = 0;
  /** CRC-32 of the whole file, if the server vouches for one. */
  fileCrc32: number | undefined;

  private readonly reader = new HeaderReader(this);
  private readonly seen: HeaderName[] = [];
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
    if (name !== "connection" && this.seen.indexOf(name) >= 0) throw malformed(`second ${name}`);
    this.seen.push(name);
    switch (name) {
      case "content-length":
        this.contentLength = decimal(name, value);
        return;
      case "content-range":
        this.contentRange = parseContentRange(value);
        return;
      case "transfer-encoding":
        if (value.toLowerCase() !== "chunked") throw malformed("transfer-encoding");
        this.chunked = true;
        return;
      case "connection":
        if (hasToken(value, "close")) this.keepsAlive = false;
        return;
      case "location":
        this.location = value;
        return;
      case "etag":
        if (isEtag(value)) this.etag = value;
        return;
      case "retry-after":
        this.retryAfterMs = Math.min((parseDecimal(value) ?? 0) * 1000, config.backoffMaxMs);
        return;
      case "x-amz-checksum-crc32":
        this.checksum = parseCrc32(value);
        return;
      case "x-amz-checksum-type":
        this.checksumType = value;
    }
  }

  onHeadEnd(): void {
    if (this.status < 200) {
      this.clear();
      this.reader.nextHead();
      return;
    }
    // RFC 9112, 6.1 and 6.3: such framing is an attack or a fault.
    if (this.chunked && this.contentLength !== unknown) throw malformed("two lengths");
    this.fileCrc32 = this.vouched() ? this.checksum : undefined;
    this.complete = true;
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
    this.contentLength = unknown;
    this.chunked = false;
    this.keepsAlive = false;
    this.contentRange = undefined;
    this.etag = undefined;
    this.location = undefined;
    this.retryAfterMs = 0;
    this.fileCrc32 = undefined;
    this.seen.length = 0;
    this.checksum = undefined;
    this.checksumType = "";
  }
}

function decimal(name: HeaderName, value: string): number {
  const number = parseDecimal(value);
  if (number === undefined) throw malformed(name);
  return number;
}

function malformed(what: string): Failure {
  return new Failure("HTTP_RESPONSE", what);
}
