import { type HttpRequest, type HttpResponse, header } from "../http/message.ts";
import { checksumHeaders } from "./checksum.ts";
import { isNotModified } from "./conditions.ts";
import type { StoredObject } from "./objects.ts";
import { S3Error } from "./s3Error.ts";

/** What a test may bend in an answer. */
export interface DownloadFault {
  /** Answer 200 with the whole object whatever range was asked for. */
  readonly ignoreRange?: boolean | undefined;
  /** Another entity tag than the object's, quotes included. */
  readonly etag?: string | undefined;
}

const empty = Buffer.alloc(0);

/** GetObject and HeadObject (RFC 9110, 13 and 14; S3 API reference). */
export function download(
  request: HttpRequest,
  object: StoredObject,
  fault: DownloadFault = {},
): HttpResponse {
  const etag = fault.etag ?? object.etag;
  const headers = objectHeaders(object, etag);
  if (isNotModified(request, { ...object, etag })) return { status: 304, headers, body: empty };
  const range = fault.ignoreRange === true ? undefined : askedRange(request, object, etag);
  const total = object.body.length;
  const { start, end } = range ?? { start: 0, end: total };
  const body = object.body.subarray(start, end);
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...headers,
      ...(range === undefined ? {} : { "Content-Range": `bytes ${start}-${end - 1}/${total}` }),
      ...(body.length === total ? askedChecksum(request, object) : {}),
    },
    body: request.method === "HEAD" ? empty : body,
    contentLength: body.length,
  };
}

function objectHeaders(object: StoredObject, etag: string) {
  return {
    "Accept-Ranges": "bytes",
    "Content-Type": object.contentType,
    ETag: etag,
    "Last-Modified": new Date(object.lastModifiedMs).toUTCString(),
    ...object.metadata,
  };
}

/**
 * The checksum is that of the whole object, so S3 does not send it with a part: the SDK, which
 * always asks for it, would take the part for damaged (aws-sdk-js-v3, pull request 5345).
 */
function askedChecksum(request: HttpRequest, object: StoredObject): Record<string, string> {
  if (header(request, "x-amz-checksum-mode")?.toUpperCase() !== "ENABLED") return {};
  return checksumHeaders(object.checksum);
}

interface ByteRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** undefined: the whole object. S3 serves one range; of several it serves none. */
function askedRange(
  request: HttpRequest,
  object: StoredObject,
  etag: string,
): ByteRange | undefined {
  const text = header(request, "range");
  if (text === undefined || !ifRangeHolds(header(request, "if-range"), object, etag)) {
    return undefined;
  }
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(text) ?? [];
  if (first === undefined || last === undefined || first + last === "") return undefined;
  const total = object.body.length;
  const range =
    first === ""
      ? { start: Math.max(0, total - Number(last)), end: last === "0" ? 0 : total }
      : { start: Number(first), end: last === "" ? total : Math.min(Number(last) + 1, total) };
  if (first !== "" && last !== "" && Number(last) < Number(first)) return undefined;
  if (range.start >= range.end) {
    throw new S3Error("InvalidRange", "The requested range is not satisfiable", {
      "Content-Range": `bytes */${total}`,
    });
  }
  return range;
}

function ifRangeHolds(ifRange: string | undefined, object: StoredObject, etag: string): boolean {
  if (ifRange === undefined || ifRange === etag) return true;
  return ifRange === new Date(object.lastModifiedMs).toUTCString();
}
