import type { FileStore } from "../desk/file-store.ts";
import { cutReply, fileReply, headLength, httpReply } from "../model/http-reply.ts";
import type { HttpReply, HttpRequest } from "../model/http-server.ts";

interface FileAnswer {
  readonly request: HttpRequest;
  readonly file: Uint8Array;
  readonly etag: string;
}

interface HttpMisbehaviour {
  readonly name: string;
  readonly reply: (answer: FileAnswer) => HttpReply;
  /**
   * What a job may end with where it stays, besides its success; empty: a good client gets over it.
   */
  readonly codes: readonly string[];
  /** The file is another, or spoilt: then once is enough. */
  readonly isSpoilt?: boolean;
}

/** So often a client gets over what is not spoilt: one attempt less than it has, and no wear. */
const OFTEN = 3;

function status(
  text: string,
  codes: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): HttpMisbehaviour {
  const name = text.slice(0, 3);
  const reply = (): HttpReply => httpReply({ status: text, headers, body: Buffer.from("sorry") });
  return { name, codes, reply };
}

/** A 200 with the whole file, whatever was asked for. */
function whole(
  name: string,
  codes: readonly string[],
  headersFor: (answer: FileAnswer) => Readonly<Record<string, string>>,
): HttpMisbehaviour {
  const reply = (answer: FileAnswer): HttpReply => {
    const headers = headersFor(answer);
    const ending = headers["Content-Length"] === "" ? "close" : "keep";
    return httpReply({ status: "200 OK", headers, body: answer.file, ending });
  };
  return { name, codes, reply };
}

function page(name: string, chunks?: readonly number[]): HttpMisbehaviour {
  const body = Buffer.from(`<html>${"sign in ".repeat(700)}</html>`);
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  const reply = (): HttpReply => httpReply({ status: "200 OK", headers, body, chunks });
  return { name, codes: ["FILE_LENGTH", "HTTP_RESPONSE"], reply };
}

/** A 206 with other headers than the right ones; an empty value takes a header out. */
function part(
  name: string,
  codes: readonly string[],
  headersFor: (answer: FileAnswer) => Readonly<Record<string, string>>,
): HttpMisbehaviour {
  const reply = (answer: FileAnswer): HttpReply => {
    const { first, last } = rangeOf(answer);
    const range = `bytes ${first}-${last}/${answer.file.length}`;
    const headers = { ETag: answer.etag, "Content-Range": range, ...headersFor(answer) };
    const body = answer.file.slice(first, last + 1);
    return httpReply({ status: "206 Partial Content", headers, body });
  };
  return { name, codes, reply };
}

/** A good reply, changed as bytes. */
function edited(
  name: string,
  codes: readonly string[],
  edit: (bytes: Buffer) => Buffer,
): HttpMisbehaviour {
  const reply = ({ request, file, etag }: FileAnswer): HttpReply => {
    const bytes = edit(Buffer.from(fileReply(request, { file, etag }).bytes));
    return { bytes: new Uint8Array(bytes), ending: "close" };
  };
  return { name, codes, reply };
}

function spoilt(...parts: Parameters<typeof edited>): HttpMisbehaviour {
  return { ...edited(...parts), isSpoilt: true };
}

function rangeOf({ request, file }: FileAnswer): { readonly first: number; readonly last: number } {
  const first = request.range?.first ?? 0;
  return { first, last: Math.min(request.range?.last ?? 0, file.length - 1) };
}

function redirect(name: string, codes: readonly string[], location: string): HttpMisbehaviour {
  const reply = (): HttpReply =>
    httpReply({ status: "302 Found", headers: { Location: location } });
  return { name, codes, reply };
}

function headAndBody(bytes: Buffer): readonly [Buffer, Buffer] {
  const end = bytes.indexOf("\r\n\r\n") + 4;
  return [bytes.subarray(0, end), bytes.subarray(end)];
}

const exhausted = ["DOWNLOAD_EXHAUSTED"];
const malformed = ["HTTP_RESPONSE", ...exhausted];
const wrongRange = ["RANGE_MISMATCH", "HTTP_RESPONSE", ...exhausted];

/** Of a file that is old enough for its date to be a strong validator. */
const times = {
  Date: "Mon, 23 Nov 2026 15:00:00 GMT",
  "Last-Modified": "Mon, 23 Nov 2026 14:00:00 GMT",
};

/** Each way of doing HTTP wrong, or otherwise than S3 does, that the client has to stand. */
export const httpMisbehaviours: readonly HttpMisbehaviour[] = [
  // Of a presigned URL, which the campaigns' are.
  status("400 Bad Request", ["ACCESS_DENIED"]),
  status("401 Unauthorized", ["ACCESS_DENIED"]),
  status("403 Forbidden", ["ACCESS_DENIED"]),
  status("404 Not Found", ["FILE_NOT_FOUND"]),
  status("407 Proxy Authentication Required", ["HTTP_STATUS"]),
  status("408 Request Timeout", exhausted),
  status("410 Gone", ["FILE_NOT_FOUND"]),
  status("416 Range Not Satisfiable", exhausted),
  status("421 Misdirected Request", ["HTTP_STATUS"]),
  status("425 Too Early", exhausted),
  status("500 Internal Server Error", exhausted),
  status("502 Bad Gateway", exhausted),
  status("503 Slow Down", exhausted),
  status("504 Gateway Timeout", exhausted, { "Retry-After": "3600" }),
  status("511 Network Authentication Required", exhausted, {
    Date: "Mon, 23 Nov 2026 15:00:00 GMT",
    "Retry-After": "Mon, 23 Nov 2026 15:10:00 GMT",
  }),
  status("204 No Content", ["HTTP_STATUS"]),
  {
    name: "429",
    codes: exhausted,
    reply: () => httpReply({ status: "429 Too Many Requests", headers: { "Retry-After": "30" } }),
  },
  whole("whole", [], ({ etag }) => ({ ETag: etag })),
  whole("whole-no-etag", [], () => ({})),
  whole("whole-no-length", [], () => ({ "Content-Length": "" })),
  whole("whole-modified", [], () => times),
  whole("coded", malformed, () => ({ "Content-Encoding": "gzip" })),
  page("page"),
  page("page-chunked", [500]),
  {
    name: "chunked",
    codes: [],
    reply: ({ request, file, etag }) => fileReply(request, { file, etag, chunks: [1, 700, 13] }),
  },
  {
    name: "interim",
    codes: [],
    reply: ({ request, file, etag }) => {
      const { bytes, ending } = fileReply(request, { file, etag });
      const interim = Buffer.from("HTTP/1.1 100 Continue\r\n\r\n");
      return { bytes: new Uint8Array(Buffer.concat([interim, bytes])), ending };
    },
  },
  {
    name: "closing",
    codes: [],
    reply: ({ request, file, etag }) => {
      const headers = { Connection: "close" };
      return { ...fileReply(request, { file, etag, headers }), ending: "close" };
    },
  },
  {
    name: "stall",
    codes: exhausted,
    reply: () => ({ bytes: new Uint8Array(0), ending: "stall" }),
  },
  {
    name: "hangup",
    codes: exhausted,
    reply: () => ({ bytes: new Uint8Array(0), ending: "close" }),
  },
  part("no-etag", [], () => ({ ETag: "" })),
  part("modified", [], () => ({ ETag: "", ...times })),
  part("folded", [], ({ etag }) => ({ ETag: `\r\n  ${etag}`, "X-Other": "a\r\n\tb" })),
  part("identity", [], () => ({ "Transfer-Encoding": "identity" })),
  part("multipart", wrongRange, () => ({
    "Content-Range": "",
    "Content-Type": "multipart/byteranges; boundary=x",
  })),
  part("weak-etag", exhausted, ({ etag }) => ({ ETag: `W/${etag}` })),
  part("new-etag", exhausted, ({ request }) => ({ ETag: `"changed-${request.number}"` })),
  part("long-etag", [], () => ({ ETag: `"${"e".repeat(200)}"` })),
  part("other-range", wrongRange, ({ file }) => ({
    "Content-Range": `bytes 1-${file.length - 1}/${file.length}`,
  })),
  part("other-total", ["FILE_LENGTH", ...wrongRange], ({ file }) => ({
    "Content-Range": `bytes 0-${file.length - 1}/${file.length + 1}`,
  })),
  part("no-range", wrongRange, () => ({ "Content-Range": "" })),
  part("no-total", [], (answer) => {
    const { first, last } = rangeOf(answer);
    return { "Content-Range": `bytes ${first}-${last}/*` };
  }),
  part("short-length", malformed, () => ({ "Content-Length": "100" })),
  part("long-length", malformed, ({ file }) => ({ "Content-Length": String(file.length + 100) })),
  part("no-length", [], () => ({ "Content-Length": "" })),
  part("huge-head", malformed, () => ({ "X-Padding": "p".repeat(9000) })),
  part("long-line", [], () => ({ "X-Padding": "p".repeat(3000) })),
  redirect("redirect", ["ACCESS_DENIED", "REDIRECT_REFUSED"], "https://mirror.example/1.0.1.hex"),
  redirect("redirect-http", ["REDIRECT_REFUSED"], "http://mirror.example/1.0.1.hex"),
  redirect("redirect-nowhere", ["HTTP_RESPONSE", "REDIRECT_REFUSED"], ""),
  redirect(
    "redirect-long",
    ["REDIRECT_REFUSED", ...malformed],
    `https://m.example/${"p".repeat(3000)}`,
  ),
  {
    name: "tinyParts",
    codes: exhausted,
    reply: (answer) => {
      const { first } = rangeOf(answer);
      const request = { ...answer.request, range: { first, last: first } };
      return fileReply(request, answer);
    },
  },
  {
    name: "drip",
    codes: exhausted,
    reply: ({ request, file, etag }) => {
      const reply = fileReply(request, { file, etag });
      const pace = { delayMs: 50, firstBytes: headLength(reply), pieceBytes: 1, everyMs: 29_000 };
      return { ...reply, pace };
    },
  },
  {
    name: "redirectEachTime",
    codes: ["REDIRECT_REFUSED"],
    reply: ({ request, file, etag }) => {
      // Two before each few bytes: one more in a row is as many as there may be.
      if (request.number % 3 < 2) {
        return httpReply({ status: "302 Found", headers: { Location: request.path } });
      }
      const reply = fileReply(request, { file, etag });
      return cutReply(reply, headLength(reply) + 10);
    },
  },
  edited("short-body", exhausted, (bytes) => bytes.subarray(0, bytes.length - 100)),
  edited("long-body", malformed, (bytes) => Buffer.concat([bytes, Buffer.from(":00000001FF")])),
  edited("empty-body", exhausted, (bytes) => headAndBody(bytes)[0]),
  edited("garbage", malformed, (bytes) => Buffer.alloc(bytes.length, 0x55)),
  edited("http10", malformed, (bytes) =>
    Buffer.from(bytes.toString("latin1").replace("HTTP/1.1", "HTTP/1.0"), "latin1"),
  ),
  edited("bare-lf", malformed, (bytes) => {
    const [head, body] = headAndBody(bytes);
    return Buffer.concat([Buffer.from(head.toString("latin1").replaceAll("\r", "")), body]);
  }),
  spoilt("flipped", hexCodes(), (bytes) => {
    const at = bytes.length - 700;
    bytes[at] = (bytes[at] ?? 0) ^ 0x01;
    return bytes;
  }),
  spoilt("html", ["HTTP_RESPONSE", ...hexCodes(), ...exhausted], (bytes) => {
    const [head, body] = headAndBody(bytes);
    return Buffer.concat([head, Buffer.alloc(body.length, "<p>sorry</p>")]);
  }),
];

/** What a wrong character in the file can come out as. */
function hexCodes(): readonly string[] {
  return ["HEX_CHECKSUM", "HEX_DIGIT", "HEX_LENGTH", "HEX_START_CODE"];
}

/** @throws RangeError for a name that is none */
export function httpMisbehaviour(name: string): HttpMisbehaviour {
  const found = httpMisbehaviours.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = httpMisbehaviours.map((one) => one.name).join(", ");
  throw new RangeError(`http=${name}: one of ${names}`);
}

/** Answers that cost no attempt, but time: hours of it. */
const patient: ReadonlySet<string> = new Set([
  "429",
  "502",
  "503",
  "504",
  "511",
  "stall",
  "hangup",
  "empty-body",
  // What is left of the file is shorter than what is missing, in the end.
  "short-body",
]);

export function asksForTime(name: string): boolean {
  return patient.has(name);
}

/** @param count of answers that are so */
export function allowedCodes(name: string, count: number): readonly string[] {
  const { codes, isSpoilt = false } = httpMisbehaviour(name);
  return isSpoilt || count > OFTEN ? codes : [];
}

export function httpFaultReply(name: string, request: HttpRequest, store: FileStore): HttpReply {
  const object = store.bytes(request.path);
  if (object === undefined) return store.reply(request);
  return httpMisbehaviour(name).reply({ request, file: object.bytes, etag: object.etag });
}
