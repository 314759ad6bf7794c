import { createHash, timingSafeEqual } from "node:crypto";
import { type HttpRequest, header } from "../http/message.ts";
import type { ChunkSigner } from "../sigv4/chunkSigner.ts";
import {
  algorithmOf,
  type Checksum,
  defaultAlgorithm,
  digestOf,
  fullChecksum,
} from "./checksum.ts";
import { decodeChunked } from "./chunked.ts";
import { S3Error } from "./s3Error.ts";

export interface Upload {
  readonly body: Buffer;
  /** By the algorithm that the client chose, or S3's own choice. */
  readonly checksum: Checksum;
}

/** What PutObject and UploadPart may carry about their body. */
export const uploadHeaders = [
  "x-amz-checksum-*",
  "x-amz-sdk-checksum-algorithm",
  "x-amz-trailer",
  "x-amz-decoded-content-length",
];

/**
 * The body of an upload: un-chunked, its length, every checksum and every chunk signature that came
 * with it checked.
 * @param chunks undefined for a request that nobody has signed
 */
export async function upload(
  request: HttpRequest,
  chunks: ChunkSigner | undefined,
): Promise<Upload> {
  const payload = header(request, "x-amz-content-sha256") ?? "";
  const isChunked = payload.startsWith("STREAMING-");
  const { body, trailers } = isChunked
    ? decodeChunked(request.body, payload.startsWith("STREAMING-AWS4-") ? chunks : undefined)
    : { body: request.body, trailers: new Map<string, string>() };
  const announced = header(request, "x-amz-decoded-content-length");
  if (announced !== undefined && Number(announced) !== body.length) {
    throw new S3Error("IncompleteBody", `${body.length} bytes came, ${announced} were announced`);
  }
  checkPayloadHash(payload, request.body);
  checkMd5(request, body);
  let chosen = chosenAlgorithm(request);
  for (const name of [...Object.keys(request.headers), ...trailers.keys()]) {
    const algorithm = algorithmOf(name);
    if (algorithm === undefined) continue;
    chosen = algorithm;
    const expected = trailers.get(name) ?? header(request, name);
    const digest = await digestOf(body, algorithm);
    if (digest.toString("base64") !== expected) throw badDigest(name);
  }
  return { body, checksum: await fullChecksum(body, chosen ?? defaultAlgorithm) };
}

/** The algorithm that a request names without giving a value. */
export function chosenAlgorithm(request: HttpRequest): string | undefined {
  const name =
    header(request, "x-amz-checksum-algorithm") ?? header(request, "x-amz-sdk-checksum-algorithm");
  return name?.toUpperCase();
}

export function badDigest(name: string): S3Error {
  return new S3Error(
    "BadDigest",
    `The ${name} you specified did not match the calculated checksum.`,
  );
}

function checkMd5(request: HttpRequest, body: Buffer): void {
  const expected = header(request, "content-md5");
  if (expected === undefined) return;
  if (createHash("md5").update(body).digest("base64") !== expected) throw badDigest("Content-MD5");
}

function checkPayloadHash(expected: string, bytes: Buffer): void {
  if (!/^[0-9a-f]{64}$/.test(expected)) return;
  const actual = createHash("sha256").update(bytes).digest();
  if (timingSafeEqual(actual, Buffer.from(expected, "hex"))) return;
  throw new S3Error(
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}
