import type { HttpReply, HttpRequest } from "./http-server.ts";

export interface ReplyParts {
  /** `HTTP/1.1 ` goes before it. */
  readonly status: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
  /** Sizes of the chunks, used again and again; a plain body with Content-Length if not given. */
  readonly chunks?: readonly number[] | undefined;
  readonly ending?: HttpReply["ending"] | undefined;
}

export function httpReply(parts: ReplyParts): HttpReply {
  const body = parts.body ?? new Uint8Array(0);
  const framing: Record<string, string> =
    parts.chunks === undefined
      ? { "Content-Length": String(body.length) }
      : { "Transfer-Encoding": "chunked" };
  const lines = Object.entries({ ...framing, ...parts.headers })
    // An empty value takes a header out.
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return {
    bytes: joined([
      `HTTP/1.1 ${parts.status}\r\n${lines.join("")}\r\n`,
      ...(parts.chunks === undefined ? [body] : chunked(body, parts.chunks)),
    ]),
    ending: parts.ending ?? "keep",
  };
}

export interface FileParts {
  readonly file: Uint8Array;
  readonly etag?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly chunks?: readonly number[] | undefined;
}

/** What a good server says: 206 to a range, 200 if there is none or If-Range names another file. */
export function fileReply(request: HttpRequest, parts: FileParts): HttpReply {
  const { file, etag, chunks } = parts;
  const headers = { ...(etag === undefined ? {} : { ETag: etag }), ...parts.headers };
  const ifRange = request.headers["if-range"];
  if (request.range === undefined || (ifRange !== undefined && ifRange !== etag)) {
    return httpReply({ status: "200 OK", headers, body: file, chunks });
  }
  const { first } = request.range;
  const last = Math.min(request.range.last, file.length - 1);
  return httpReply({
    status: "206 Partial Content",
    headers: { ...headers, "Content-Range": `bytes ${first}-${last}/${file.length}` },
    body: file.slice(first, last + 1),
    chunks,
  });
}

/** Bytes of a reply up to its body. */
export function headLength({ bytes }: HttpReply): number {
  return Buffer.from(bytes).indexOf("\r\n\r\n") + 4;
}

/** The first `byteCount` bytes of a reply; then the connection goes. */
export function cutReply(reply: HttpReply, byteCount: number): HttpReply {
  if (byteCount >= reply.bytes.length) return reply;
  return { bytes: reply.bytes.slice(0, byteCount), ending: "close" };
}

function chunked(body: Uint8Array, sizes: readonly number[]): (string | Uint8Array)[] {
  const parts: (string | Uint8Array)[] = [];
  let at = 0;
  for (let index = 0; at < body.length; index += 1) {
    const data = body.slice(at, at + (sizes[index % sizes.length] ?? 1));
    const extension = index % 3 === 1 ? ';name="a value"' : "";
    parts.push(`${data.length.toString(16)}${extension}\r\n`, data, "\r\n");
    at += data.length;
  }
  return [...parts, "0\r\n", "X-Trailer: passed over\r\n", "\r\n"];
}

function joined(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const buffers = parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part));
  return new Uint8Array(Buffer.concat(buffers));
}
