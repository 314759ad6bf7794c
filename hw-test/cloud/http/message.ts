import type { IncomingHttpHeaders } from "node:http";

/** One whole HTTP request. */
export interface HttpRequest {
  readonly method: string;
  /** As sent: percent-encoded, without the query. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Content-Length, where it is not that of `body` (HEAD). */
  readonly contentLength?: number;
}

/** A header that may come once only; the first, if a client repeats it. */
export function header(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Percent-encodes as SigV4 wants it: all but the unreserved characters of RFC 3986. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The values of each name of a query, decoded. */
export type Query = Record<string, string[]>;

/** Unlike in a form, a plus sign is a plus sign. */
export function parseQuery(query: string): Query {
  const values: Query = Object.create(null);
  for (const pair of query === "" ? [] : query.split("&")) {
    const [name = "", ...rest] = pair.split("=");
    const value = decode(rest.join("="));
    values[decode(name)] = [...(values[decode(name)] ?? []), value];
  }
  return values;
}

/** What is no percent-encoding stands for itself, and no signature will match it. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
