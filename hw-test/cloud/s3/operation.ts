import { type HttpRequest, type HttpResponse, parseQuery, type Query } from "../http/message.ts";
import type { ChunkSigner } from "../sigv4/chunkSigner.ts";
import type { Address } from "./address.ts";
import type { DownloadFault } from "./download.ts";
import { notImplemented, S3Error } from "./s3Error.ts";
import { element, xml } from "./xml.ts";

/** One request, and what it is about. */
export interface S3Call extends Address {
  readonly request: HttpRequest;
  readonly query: Query;
  /** What the chunks of its body are signed with; undefined for nobody's request. */
  readonly chunks: ChunkSigner | undefined;
  readonly fault: DownloadFault | undefined;
}

export type Scope = "service" | "bucket" | "object";

/** One operation of the S3 API, and everything that it acts upon. */
export interface S3Operation {
  readonly name: string;
  readonly on: Scope;
  readonly method: string;
  /** Names in the query that make a request this operation. */
  readonly needs?: readonly string[];
  /** The header that does so. */
  readonly needsHeader?: string;
  /** Further names in the query. */
  readonly takes?: readonly string[];
  /** `x-amz-*` headers; a star at the end stands for any rest. */
  readonly headers?: readonly string[];
  readonly run: (call: S3Call) => HttpResponse | Promise<HttpResponse>;
}

/** Of any request: signature and user agent. */
const commonHeaders = [
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-user-agent",
];

const methods = ["GET", "HEAD", "PUT", "POST", "DELETE"];

/**
 * The operation that a request asks for. Whatever in the request it does not act upon is refused,
 * by name: a request that means something else must not pass for a simpler one.
 * @throws S3Error NotImplemented, MethodNotAllowed
 */
export function findOperation(operations: readonly S3Operation[], call: S3Call): S3Operation {
  const { request, query } = call;
  const { method } = request;
  if (!methods.includes(method)) {
    throw new S3Error("MethodNotAllowed", `${method} is not served by this local S3`);
  }
  const on = scopeOf(call);
  const weight = ({ needs = [], needsHeader }: S3Operation) =>
    2 * needs.length + (needsHeader === undefined ? 0 : 1);
  const [found] = operations
    .filter((one) => one.on === on && one.method === method && isMeant(one, call))
    .sort((a, b) => weight(b) - weight(a));
  if (found === undefined) {
    const names = Object.keys(query).join(", ");
    throw notImplemented(`${method} of a ${on}${names === "" ? "" : ` with ${names}`}`);
  }
  for (const name of Object.keys(query)) {
    if (!mayHaveQuery(found, name)) throw notImplemented(`${name} of ${found.name}`);
  }
  for (const name of Object.keys(request.headers)) {
    if (!mayHaveHeader(found, name)) throw notImplemented(`${name} of ${found.name}`);
  }
  return found;
}

/**
 * The request with the `x-amz-*` of its query as headers: a presigned URL carries them there, and
 * they mean the same.
 */
export function withQueryHeaders(request: HttpRequest): HttpRequest {
  const fromQuery = Object.entries(parseQuery(request.query)).filter(([name]) => isHeader(name));
  const more = fromQuery.map(([name, [value = ""]]) => [name, value] as const);
  return { ...request, headers: { ...Object.fromEntries(more), ...request.headers } };
}

export function answer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return { status, headers, body: Buffer.alloc(0) };
}

export function xmlAnswer(
  root: string,
  content: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const namespaced = element(root, content).replace(
    `<${root}>`,
    `<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`,
  );
  return {
    status: 200,
    headers: { "Content-Type": "application/xml", ...headers },
    body: xml(namespaced),
  };
}

function scopeOf({ bucket, key }: Address): Scope {
  if (bucket === "") return "service";
  return key === "" ? "bucket" : "object";
}

function isMeant({ needs = [], needsHeader }: S3Operation, { query, request }: S3Call): boolean {
  return (
    needs.every((name) => Object.hasOwn(query, name)) &&
    (needsHeader === undefined || Object.hasOwn(request.headers, needsHeader))
  );
}

function mayHaveQuery({ needs = [], takes = [] }: S3Operation, name: string): boolean {
  // `x-id` is the SDK's own name for the operation.
  if (name === "x-id" || name.startsWith("X-Amz-") || isHeader(name)) return true;
  return needs.includes(name) || takes.includes(name);
}

function mayHaveHeader({ headers = [] }: S3Operation, name: string): boolean {
  if (!isHeader(name)) return true;
  return [...commonHeaders, ...headers].some((one) =>
    one.endsWith("*") ? name.startsWith(one.slice(0, -1)) : name === one,
  );
}

function isHeader(name: string): boolean {
  return name.startsWith("x-amz-");
}
