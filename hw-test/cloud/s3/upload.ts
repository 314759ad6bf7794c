import { createHash, timingSafeEqual } from "node:crypto";
import { type HttpRequest, header } from "../http/message.ts";
import type { ChunkSigner } from "../sigv4/chunkSigner.ts";
import { decodeChunked } from "./chunked.ts";
import { crc32Base64 } from "./objects.ts";
import { S3Error } from "./s3Error.ts";

const digests: Readonly<Record<string, (body: Buffer) => string>> = {
  "content-md5": (body) => createHash("md5").update(body).digest("base64"),
  "x-amz-checksum-crc32": crc32Base64,
  "x-amz-checksum-sha1": (body) => createHash("sha1").update(body).digest("base64"),
  "x-amz-checksum-sha256": (body) => createHash("sha256").update(body).digest("base64"),
};

/**
 * The object in a PutObject request: un-chunked, its length, every checksum and every chunk
 * signature that came with it checked.
 * @param chunks undefined for a request that nobody has signed
 */
export function uploadedBody(request: HttpRequest, chunks: ChunkSigner | undefined): Buffer {
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
  const names = [...Object.keys(request.headers), ...trailers.keys()];
  for (const name of names.filter(isChecksum)) {
    checkDigest(body, name, trailers.get(name) ?? header(request, name) ?? "");
  }
  return body;
}

function isChecksum(name: string): boolean {
  if (name === "x-amz-checksum-algorithm" || name === "x-amz-checksum-type") return false;
  return name === "content-md5" || name.startsWith("x-amz-checksum-");
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

function checkDigest(body: Buffer, name: string, expected: string): void {
  const digest = digests[name];
  if (digest === undefined) throw new S3Error("NotImplemented", `${name} is not supported here`);
  if (digest(body) === expected) return;
  throw new S3Error(
    "BadDigest",
    `The ${name} you specified did not match the calculated checksum.`,
  );
}
