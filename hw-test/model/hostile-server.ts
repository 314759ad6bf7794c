import { cutReply, fileReply, headLength, httpReply } from "./http-reply.ts";
import type { HttpReply, HttpRequest } from "./http-server.ts";

/** What it gives at most where it means to give little. */
const FEW_BYTES = 20;

export const whims = [
  "good",
  "closing",
  "part",
  "chunk",
  "drop",
  "stall",
  "trickle",
  "drawl",
  "redirect",
  "busy",
  "denied",
  "unsatisfiable",
  "whole",
  "changed",
  "unnamed",
  "odd",
  "silent",
  "lengthless",
] as const;
/**
 * What it does to a request, each with numbers drawn anew:
 * - `closing`: a good answer, and the connection ends; - `part`: a complete answer of a few bytes;
 * - `chunk`: one that ends before what it announced; - `drop`, `stall`: at any byte, head or body;
 * - `trickle`: a byte now and then; - `drawl`: a slow head, a slow body;
 * - `redirect`: to itself; - `busy`: 503, with Retry-After; - `denied`: 403; - `unsatisfiable`: 416;
 * - `whole`: 200 to a range; - `changed`: another ETag from now on; - `unnamed`: no ETag;
 * - `odd`: what is no answer to the question, or none at all; - `silent`: nothing, and maybe a hang-up;
 * - `lengthless`: a good answer that ends with its connection.
 */
export type Whim = (typeof whims)[number];

/** Shorter and longer than any file of the property tests, or it would pass for one. */
const pages = [Buffer.from(""), Buffer.from("<p>".repeat(2100))];

const odd: readonly HttpReply[] = [
  httpReply({ status: "404 x" }),
  httpReply({ status: "400 x", headers: { "Content-Length": "x" } }),
  httpReply({ status: "302 x" }),
  httpReply({ status: "206 x", headers: { "Content-Range": "bytes 1-2/3" } }),
  ...pages.map((body) =>
    httpReply({ status: "200 x", headers: { "Content-Type": "text/html" }, body }),
  ),
  ...pages.map((body) => httpReply({ status: "200 x", body, chunks: [20] })),
  httpReply({ status: "502 x", headers: { "Retry-After": "1" } }),
  { bytes: new Uint8Array(Buffer.from("SSH-2.0-OpenSSH_9.6\r\n")), ending: "keep" },
];

/** Random numbers, which the test can have again. */
export interface Dice {
  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number;
  pick<T>(list: readonly T[]): T;
}

/** Answers each request as one of its whims has it: a server that means ill, or is broken. */
export class HostileServer {
  private readonly file: Uint8Array;
  private readonly moods: readonly Whim[];
  private readonly random: Dice;
  private version = 1;

  constructor(file: Uint8Array, moods: readonly Whim[], random: Dice) {
    this.file = file;
    this.moods = moods;
    this.random = random;
  }

  readonly reply = (request: HttpRequest): HttpReply => {
    const reply = this.answer(request);
    // Nothing follows the head of an answer to HEAD.
    return request.text.startsWith("HEAD") ? cutReply(reply, headLength(reply)) : reply;
  };

  private answer(request: HttpRequest): HttpReply {
    switch (this.random.pick(this.moods)) {
      case "closing":
        return { ...this.good(request, { Connection: "close" }), ending: "close" };
      case "part":
        return this.part(request);
      case "chunk":
        return this.chunk(request);
      case "drop":
        return this.cut(request);
      case "stall":
        return { ...this.cut(request), ending: "stall" };
      case "trickle":
        return this.slow(request, { pieceBytes: 1, everyMs: 1 + this.random.below(29_999) });
      case "drawl":
        return this.slow(request, { pieceBytes: 1 + this.random.below(100), everyMs: 5_000 });
      case "redirect":
        return httpReply({ status: "302 x", headers: { Location: `/${request.number}` } });
      case "busy":
        return this.busy();
      case "denied":
        return httpReply({ status: "403 x" });
      case "unsatisfiable":
        return httpReply({ status: "416 x" });
      case "whole":
        return this.good({ ...request, range: undefined });
      case "changed":
        this.version += 1;
        return this.good({ ...request, headers: {} });
      case "odd":
        return this.random.pick(odd);
      case "silent":
        return { bytes: new Uint8Array(0), ending: this.random.pick(["close", "stall"] as const) };
      case "lengthless":
        return { ...this.good(request, { "Content-Length": "" }), ending: "close" };
      case "unnamed":
        return this.good({ ...request, headers: {} }, { ETag: "" });
      default:
        return this.good(request);
    }
  }

  private good(request: HttpRequest, headers: Readonly<Record<string, string>> = {}): HttpReply {
    return fileReply(request, { file: this.file, etag: `"${this.version}"`, headers });
  }

  private part(request: HttpRequest): HttpReply {
    const { first = 0, last = 0 } = request.range ?? {};
    const few = { first, last: Math.min(last, first + this.random.below(FEW_BYTES)) };
    return this.good({ ...request, range: few });
  }

  private chunk(request: HttpRequest): HttpReply {
    const { first = 0, last = 0 } = request.range ?? {};
    const range = `bytes ${first}-${last}/${this.file.length}`;
    const headers = { ETag: `"${this.version}"`, "Content-Range": range };
    const body = this.file.slice(first, Math.min(last + 1, first + this.random.below(20)));
    return httpReply({ status: "206 x", headers, body, chunks: [7] });
  }

  private cut(request: HttpRequest): HttpReply {
    const reply = this.good(request);
    const isEarly = this.random.below(20) > 0;
    const most = isEarly ? headLength(reply) + FEW_BYTES : reply.bytes.length;
    const least = isEarly && this.random.below(8) > 0 ? headLength(reply) : 0;
    return cutReply(reply, least + this.random.below(Math.max(most - least, 1)));
  }

  private slow(
    request: HttpRequest,
    pieces: { readonly pieceBytes: number; readonly everyMs: number },
  ): HttpReply {
    const reply = this.good(request);
    const firstBytes = 1 + this.random.below(reply.bytes.length);
    return { ...reply, pace: { delayMs: this.random.below(29_000), firstBytes, ...pieces } };
  }

  private busy(): HttpReply {
    const headers = { "Retry-After": String(this.random.below(200)) };
    return httpReply({ status: "503 x", headers });
  }
}
