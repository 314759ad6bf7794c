import { config } from "../config.ts";
import { malformed } from "./odd-answer.ts";

/** What a response head consists of, for this client. */
export interface HeadSink {
  /** The first `statusLineMaxBytes` of the first line: the reason phrase may be cut. */
  onStatusLine(line: string): void;
  /** A header of `kept`, its value without the white space around it. */
  onHeader(name: HeaderName, value: string): void;
  onHeadEnd(): void;
}

interface Kept {
  /** Bytes of the value that are kept at most. */
  readonly maxBytes: number;
  /** What a longer value does: `refuse` the response, or `skip` the header as if it were absent. */
  readonly tooLong: "refuse" | "skip";
}

/** The size of what holds a name, a short value or the status line. */
const shortBytes = 128;

/** The headers that the download acts on. All others are passed over, never stored. */
const kept = Object.freeze({
  "content-length": keep(shortBytes, "refuse"),
  "content-range": keep(shortBytes, "refuse"),
  "transfer-encoding": keep(shortBytes, "refuse"),
  connection: keep(shortBytes, "refuse"),
  location: keep(config.headerLineMaxBytes, "refuse"),
  etag: keep(config.etagMaxBytes, "skip"),
  "last-modified": keep(shortBytes, "skip"),
  date: keep(shortBytes, "skip"),
  "retry-after": keep(shortBytes, "skip"),
  "content-type": keep(shortBytes, "skip"),
  "content-encoding": keep(shortBytes, "refuse"),
  "x-amz-checksum-crc32": keep(shortBytes, "skip"),
  "x-amz-checksum-type": keep(shortBytes, "skip"),
});

export type HeaderName = keyof typeof kept;

const names = Object.freeze(Object.keys(kept)) as readonly HeaderName[];

const statusLineMaxBytes = 16;

const tab = 0x09;
const lf = 0x0a;
const cr = 0x0d;
const space = 0x20;
const colon = 0x3a;

type State = "status" | "line-start" | "name" | "value" | "fold" | "skip" | "last-lf" | "end";

/**
 * Splits a response head (RFC 9112, 2.1) into its lines, whatever the pieces it arrives in. A line
 * ends with CRLF or LF (2.2); one that begins with a blank goes on with the line before it, which is
 * obsolete and yet seen (5.2). Costs 128 bytes; `config.headerLineMaxBytes` more from the first
 * long Location on. Throws HTTP_RESPONSE for what is no head, and beyond `config.headerMaxBytes`.
 */
export class HeaderReader {
  private readonly sink: HeadSink;
  /** The status line, then each line's name, then its value if it is kept. */
  private text = new Uint8Array(shortBytes);
  private textLength = 0;
  private state: State = "status";
  /** The header whose value is being read, or may go on in the next line. */
  private header: HeaderName | undefined;
  private totalBytes = 0;

  constructor(sink: HeadSink) {
    this.sink = sink;
  }

  /** Before each response. */
  reset(): void {
    this.totalBytes = 0;
    this.nextHead();
  }

  /** After an interim response (1xx): the final one follows, within the same total. */
  nextHead(): void {
    this.state = "status";
    this.header = undefined;
    this.textLength = 0;
  }

  /**
   * Reads `bytes[from..to)` as far as the head goes.
   * @returns the index after the last byte taken
   */
  read(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && this.state !== "end") {
      if (this.state === "skip") at = this.skip(bytes, at, to);
      else {
        this.take(bytes[at] ?? 0);
        at += 1;
      }
    }
    this.totalBytes += at - from;
    if (this.totalBytes > config.headerMaxBytes) throw malformed("head too long");
    // Told here, so that the sink may start on the next head.
    if (this.state === "end") this.sink.onHeadEnd();
    return at;
  }

  private skip(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to && bytes[at] !== lf) at += 1;
    if (at === to) return at;
    this.nextLine();
    return at + 1;
  }

  private take(byte: number): void {
    switch (this.state) {
      case "status":
        this.takeStatusLine(byte);
        break;
      case "line-start":
        this.takeLineStart(byte);
        break;
      case "name":
        this.takeName(byte);
        break;
      case "value":
        this.takeValue(byte);
        break;
      case "fold":
        this.takeFold(byte);
        break;
      default:
        if (byte !== lf) throw malformed("CR without LF");
        this.state = "end";
    }
  }

  private takeStatusLine(byte: number): void {
    if (byte !== lf) this.append(byte);
    if (byte !== lf && this.textLength < statusLineMaxBytes) return;
    // What is no HTTP shows here, and not only where its line ends.
    this.sink.onStatusLine(this.trimmed());
    if (byte === lf) this.nextLine();
    else this.state = "skip";
  }

  private takeLineStart(byte: number): void {
    if (byte === space || byte === tab) {
      // Of a header that is not kept, or of none (RFC 9112, 2.2): nothing of it matters.
      this.state = this.header === undefined ? "skip" : "fold";
      return;
    }
    this.endHeader();
    if (byte === lf) this.state = "end";
    else if (byte === cr) this.state = "last-lf";
    else {
      this.state = "name";
      this.takeName(byte);
    }
  }

  private takeName(byte: number): void {
    if (byte === colon) {
      this.endName();
      return;
    }
    if (byte <= space || byte >= 0x7f) throw malformed("header name");
    const isUpper = byte >= 0x41 && byte <= 0x5a;
    // A name that outgrows the buffer is none of ours; its length still counts.
    if (this.textLength < shortBytes) this.append(isUpper ? byte | 0x20 : byte);
  }

  private endName(): void {
    if (this.textLength === 0) throw malformed("empty header name");
    this.state = "skip";
    for (const name of names) {
      if (this.textIs(name)) {
        this.header = name;
        this.state = "value";
      }
    }
    this.textLength = 0;
  }

  private takeValue(byte: number): void {
    if (byte === lf) {
      this.state = "line-start";
      return;
    }
    if (this.textLength === 0 && (byte === space || byte === tab)) return;
    const { maxBytes } = this.keptHeader();
    if (this.textLength < maxBytes) this.append(byte);
    // White space at the end does not count.
    else if (!isBlank(byte)) this.outgrown();
  }

  /** The line end and all blanks around it are one space; none where the value begins behind it. */
  private takeFold(byte: number): void {
    if (byte === space || byte === tab || byte === cr) return;
    this.state = "value";
    if (byte !== lf) {
      this.textLength = this.trimmedLength();
      if (this.textLength > 0) this.takeValue(space);
    }
    this.takeValue(byte);
  }

  private outgrown(): void {
    if (this.keptHeader().tooLong === "refuse") throw malformed(`${this.header} too long`);
    this.header = undefined;
    this.state = "skip";
  }

  private keptHeader(): Kept {
    return kept[this.header ?? "connection"];
  }

  /** No further line belongs to the header. */
  private endHeader(): void {
    const { header } = this;
    if (header !== undefined) this.sink.onHeader(header, this.trimmed());
    this.header = undefined;
    this.textLength = 0;
  }

  private nextLine(): void {
    this.state = "line-start";
    this.textLength = 0;
  }

  private append(byte: number): void {
    if (this.textLength === this.text.length) this.grow();
    this.text[this.textLength] = byte;
    this.textLength += 1;
  }

  private grow(): void {
    const larger = new Uint8Array(config.headerLineMaxBytes);
    larger.set(this.text);
    this.text = larger;
  }

  private textIs(name: string): boolean {
    if (name.length !== this.textLength) return false;
    for (let index = 0; index < name.length; index += 1) {
      if (this.text[index] !== name.charCodeAt(index)) return false;
    }
    return true;
  }

  /** Without a CR and blanks at its end. */
  private trimmedLength(): number {
    let end = this.textLength;
    while (end > 0 && isBlank(this.text[end - 1])) end -= 1;
    return end;
  }

  /** One byte, one character (RFC 9110, 5.5). */
  private trimmed(): string {
    const end = this.trimmedLength();
    let text = "";
    // In pieces, so that a URL does not leave a copy of itself behind for each character.
    for (let from = 0; from < end; from += 32) text += this.piece(from, Math.min(from + 32, end));
    return text;
  }

  private piece(from: number, to: number): string {
    let text = "";
    for (let index = from; index < to; index += 1) {
      const byte = this.text[index] ?? 0;
      if (byte < space && byte !== tab) throw malformed("control character");
      text += String.fromCharCode(byte);
    }
    return text;
  }
}

function keep(maxBytes: number, tooLong: "refuse" | "skip"): Kept {
  return Object.freeze({ maxBytes, tooLong });
}

function isBlank(byte: number | undefined): boolean {
  return byte === space || byte === tab || byte === cr;
}
