import { createHash, createHmac } from "node:crypto";
import { encodeRfc3986 } from "../http/message.ts";

/** AWS Signature Version 4 (IAM user guide, "Create a signed AWS API request"). */
export const algorithm = "AWS4-HMAC-SHA256";

export interface Scope {
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export interface ToSign {
  readonly method: string;
  /** As sent. */
  readonly path: string;
  readonly query: ReadonlyArray<readonly [name: string, value: string]>;
  /** Lower-case name and value of each signed header, in the order of SignedHeaders. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  /** SHA-256 in hex, or one of S3's words instead. */
  readonly payloadHash: string;
  /** yyyymmddThhmmssZ */
  readonly timestamp: string;
  readonly scope: Scope;
}

/** @returns the signature in hex */
export function signature(toSign: ToSign, secretAccessKey: string): string {
  const text = [
    algorithm,
    toSign.timestamp,
    scopeText(toSign.scope),
    createHash("sha256").update(canonicalRequest(toSign)).digest("hex"),
  ].join("\n");
  return hmac(signingKey(toSign.scope, secretAccessKey), text).toString("hex");
}

/** Good for one day, region and service. */
export function signingKey({ date, region, service }: Scope, secretAccessKey: string): Buffer {
  const dateKey = hmac(`AWS4${secretAccessKey}`, date);
  return hmac(hmac(hmac(dateKey, region), service), "aws4_request");
}

export function scopeText({ date, region, service }: Scope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

export function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function canonicalRequest(toSign: ToSign): string {
  const { method, path, query, headers, payloadHash, scope } = toSign;
  // S3 alone signs the path as it is sent; elsewhere it is encoded once more.
  const canonicalPath =
    scope.service === "s3" ? path : path.split("/").map(encodeRfc3986).join("/");
  const canonicalQuery = query
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map((pair) => pair.join("="))
    .join("&");
  const canonicalHeaders = headers.map(
    ([name, value]) => `${name}:${value.trim().replace(/ +/g, " ")}\n`,
  );
  const names = headers.map(([name]) => name).join(";");
  return [
    method,
    canonicalPath,
    canonicalQuery,
    canonicalHeaders.join(""),
    names,
    payloadHash,
  ].join("\n");
}

/** By code unit, not by locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** yyyymmddThhmmssZ */
export function amzTimestamp(nowMs: number): string {
  return `${new Date(nowMs).toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;
}

/** @returns milliseconds since the epoch, NaN for what is no such timestamp */
export function parseAmzTimestamp(text: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
