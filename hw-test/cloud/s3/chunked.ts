import type { ChunkSigner } from "../sigv4/chunkSigner.ts";
import { S3Error } from "./s3Error.ts";

export interface ChunkedBody {
  readonly body: Buffer;
  /** Lower-case names. */
  readonly trailers: ReadonlyMap<string, string>;
}

const trailerSignature = "x-amz-trailer-signature";

/**
 * Decodes `Content-Encoding: aws-chunked` (S3 API reference, "Authenticating requests: using the
 * Authorization header (transferring payload in multiple chunks)"): chunks of `SIZE[;extension]`,
 * the data, and after the last one, of size 0, trailing headers.
 * @param signer when each chunk is to carry its signature, and the trailer one of its own
 */
export function decodeChunked(bytes: Buffer, signer?: ChunkSigner): ChunkedBody {
  const parts: Buffer[] = [];
  let offset = 0;
  for (;;) {
    const head = lineAt(bytes, offset);
    const [, size, extension = ""] = /^([0-9a-fA-F]{1,8})(;.*)?$/.exec(head.text) ?? [];
    if (size === undefined) throw new S3Error("IncompleteBody", `no chunk head: ${head.text}`);
    const length = Number.parseInt(size, 16);
    const end = head.next + length;
    const data = bytes.subarray(head.next, end);
    requireSignature(extension, `;chunk-signature=${signer?.chunk(data)}`, signer);
    if (length === 0) {
      const trailers = readTrailers(bytes, head.next);
      checkTrailers(trailers, signer);
      return { body: Buffer.concat(parts), trailers };
    }
    if (bytes.toString("latin1", end, end + 2) !== "\r\n") {
      throw new S3Error("IncompleteBody", `a chunk of ${length} bytes does not end there`);
    }
    parts.push(data);
    offset = end + 2;
  }
}

function checkTrailers(
  trailers: ReadonlyMap<string, string>,
  signer: ChunkSigner | undefined,
): void {
  const given = trailers.get(trailerSignature);
  const signed = [...trailers].filter(([name]) => name !== trailerSignature);
  if (signed.length === 0 && given === undefined) return;
  requireSignature(given, signer?.trailer(signed), signer);
}

function requireSignature(
  given: string | undefined,
  expected: string | undefined,
  signer: ChunkSigner | undefined,
): void {
  if (signer === undefined || given === expected) return;
  throw new S3Error("SignatureDoesNotMatch", "The signature of a chunk does not match");
}

function readTrailers(bytes: Buffer, start: number): Map<string, string> {
  const trailers = new Map<string, string>();
  for (let offset = start; offset < bytes.length; ) {
    const line = lineAt(bytes, offset);
    offset = line.next;
    const colon = line.text.indexOf(":");
    if (colon < 0) continue;
    trailers.set(line.text.slice(0, colon).toLowerCase(), line.text.slice(colon + 1).trim());
  }
  return trailers;
}

function lineAt(bytes: Buffer, offset: number): { text: string; next: number } {
  const end = bytes.indexOf("\r\n", offset, "latin1");
  if (end < 0) throw new S3Error("IncompleteBody", "a line without an end");
  return { text: bytes.toString("latin1", offset, end), next: end + 2 };
}
