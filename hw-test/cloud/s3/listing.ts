import type { HttpResponse } from "../http/message.ts";
import { encodeRfc3986 } from "../http/message.ts";
import type { Bucket } from "./objects.ts";
import { type S3Call, xmlAnswer } from "./operation.ts";
import { S3Error } from "./s3Error.ts";
import { element, text } from "./xml.ts";

/** S3 lists at most this many at a time. */
const pageMaxKeys = 1000;

interface Page {
  readonly keys: readonly string[];
  /** Each stands for all keys that begin with it. */
  readonly prefixes: readonly string[];
  /** What the next page comes after; undefined: there is none. */
  readonly next: string | undefined;
}

/** ListObjects; `marker` and `NextMarker` are keys. */
export function listObjects(bucket: Bucket, call: S3Call): HttpResponse {
  const marker = one(call, "marker") ?? "";
  const { page, common, encode } = pageOf(bucket, call, marker);
  const { next } = page;
  const markers = [text("Marker", encode(marker))];
  if (next !== undefined) markers.push(text("NextMarker", encode(next)));
  return xmlAnswer("ListBucketResult", [...common, ...markers].join(""));
}

/** ListObjectsV2; the continuation token is the last key of the page before, encoded. */
export function listObjectsV2(bucket: Bucket, call: S3Call): HttpResponse {
  const startAfter = one(call, "start-after");
  const token = one(call, "continuation-token");
  const after = token === undefined ? (startAfter ?? "") : decodeToken(token);
  const { page, common, encode } = pageOf(bucket, call, after);
  const content = [...common, text("KeyCount", page.keys.length + page.prefixes.length)];
  if (startAfter !== undefined) content.push(text("StartAfter", encode(startAfter)));
  if (token !== undefined) content.push(text("ContinuationToken", token));
  if (page.next !== undefined) content.push(text("NextContinuationToken", tokenOf(page.next)));
  return xmlAnswer("ListBucketResult", content.join(""));
}

/** The page, and what both versions say of it. */
function pageOf(bucket: Bucket, call: S3Call, after: string) {
  const prefix = one(call, "prefix") ?? "";
  const delimiter = one(call, "delimiter") ?? "";
  const maxKeys = maxKeysOf(call);
  const keys = [...bucket.objects.keys()].sort(byBytes);
  const page = paged(keys, { prefix, delimiter, after, maxKeys });
  const { encode, encoding } = encodingOf(call);
  const common = [
    text("Name", bucket.name),
    text("Prefix", encode(prefix)),
    ...(delimiter === "" ? [] : [text("Delimiter", encode(delimiter))]),
    text("MaxKeys", maxKeys),
    ...encoding,
    text("IsTruncated", page.next !== undefined),
    ...page.keys.map((key) => contents(bucket, key, encode)),
    ...page.prefixes.map((one) => element("CommonPrefixes", text("Prefix", encode(one)))),
  ];
  return { page, common, encode };
}

function contents(bucket: Bucket, key: string, encode: (text: string) => string): string {
  const object = bucket.objects.get(key);
  if (object === undefined) return "";
  return element(
    "Contents",
    text("Key", encode(key)),
    text("LastModified", new Date(object.lastModifiedMs).toISOString()),
    text("ETag", object.etag),
    text("Size", object.body.length),
    text("StorageClass", "STANDARD"),
    text("ChecksumAlgorithm", object.checksum.algorithm),
    text("ChecksumType", object.checksum.type),
  );
}

function paged(
  sorted: readonly string[],
  asked: {
    readonly prefix: string;
    readonly delimiter: string;
    readonly after: string;
    readonly maxKeys: number;
  },
): Page {
  const { prefix, delimiter, after, maxKeys } = asked;
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for (const key of sorted) {
    if (!key.startsWith(prefix) || byBytes(key, after) <= 0) continue;
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    // A page may end at a common prefix: the next one comes after all that it stands for.
    if (common !== undefined && (common === last || common === after)) continue;
    if (keys.length + prefixes.length === maxKeys) return { keys, prefixes, next: last };
    if (common === undefined) keys.push(key);
    else prefixes.push(common);
    last = common ?? key;
  }
  return { keys, prefixes, next: undefined };
}

function maxKeysOf(call: S3Call): number {
  const spelled = one(call, "max-keys") ?? String(pageMaxKeys);
  if (/^\d{1,9}$/.test(spelled)) return Math.min(Number(spelled), pageMaxKeys);
  throw new S3Error("InvalidArgument", "Provided max-keys not an integer or within integer range");
}

function encodingOf(call: S3Call) {
  const type = one(call, "encoding-type");
  if (type === undefined) return { encode: (key: string) => key, encoding: [] };
  if (type !== "url") throw new S3Error("InvalidArgument", "Invalid Encoding Method specified");
  const encode = (key: string) => encodeRfc3986(key).replaceAll("%2F", "/");
  return { encode, encoding: [text("EncodingType", "url")] };
}

function one({ query }: S3Call, name: string): string | undefined {
  return query[name]?.[0];
}

function tokenOf(key: string): string {
  return Buffer.from(key).toString("base64url");
}

function decodeToken(token: string): string {
  const key = Buffer.from(token, "base64url").toString("utf8");
  if (key !== "" && tokenOf(key) === token) return key;
  throw new S3Error("InvalidArgument", "The continuation token provided is incorrect");
}

/** Keys are listed in the order of their UTF-8 bytes. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
