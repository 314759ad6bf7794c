import { createHmac } from "node:crypto";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { type HttpRequest, header, type Query } from "../http/message.ts";

/** AWS Signature Version 4 (IAM user guide, "Create a signed AWS API request"). */
export const algorithm = "AWS4-HMAC-SHA256";

export interface Scope {
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** What a signature covers, beside method and path. */
export interface Covered {
  readonly query: Query;
  /** Lower-case names. */
  readonly signedHeaders: readonly string[];
  /** SHA-256 in hex, or one of S3's words instead. */
  readonly payloadHash: string;
  /** yyyymmddThhmmssZ */
  readonly timestamp: string;
  readonly scope: Scope;
}

/** By the SDK's own signer, which leaves X-Amz-Signature out. @returns the signature in hex */
export async function signature(
  request: HttpRequest,
  { query, signedHeaders, payloadHash, timestamp, scope }: Covered,
  secretAccessKey: string,
): Promise<string> {
  const signer = new SignatureV4({
    region: scope.region,
    service: scope.service,
    credentials: { accessKeyId: "", secretAccessKey },
    sha256: Hash.bind(null, "sha256"),
    // S3 alone signs the path as it is sent; elsewhere it is encoded once more.
    uriEscapePath: scope.service !== "s3",
  });
  const { method, path } = request;
  const headers = signedHeaders.map((name) => [name, header(request, name) ?? ""] as const);
  const toSign = {
    protocol: "https:",
    hostname: "",
    method,
    path,
    query,
    headers: { ...Object.fromEntries(headers), "x-amz-content-sha256": payloadHash },
  };
  const signed = await signer.sign(toSign, {
    signingDate: new Date(parseAmzTimestamp(timestamp)),
    // The signer tells hash and time by a header, whether that is signed or not.
    unsignableHeaders: new Set(["x-amz-content-sha256", "x-amz-date"]),
    signableHeaders: new Set(signedHeaders),
  });
  return signed.headers["authorization"]?.split("Signature=")[1] ?? "";
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
