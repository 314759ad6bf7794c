import { type FileLocation, formatAuthority } from "../url.ts";

export interface RangeRequest {
  readonly file: FileLocation;
  /** First byte asked for. */
  readonly first: number;
  /** Last byte asked for, inclusive. */
  readonly last: number;
  /** A strong entity tag: if the file has another by now, the server is to send all of it. */
  readonly ifRange: string | undefined;
}

/**
 * A HEAD, to learn the CRC-32 of the whole file: S3 tells it with the whole object only, not with a
 * range of it (HeadObject, `x-amz-checksum-mode`).
 */
export function formatProbe(file: FileLocation): string {
  return `HEAD ${file.path} HTTP/1.1\r
Host: ${formatAuthority(file)}\r
x-amz-checksum-mode: ENABLED\r
User-Agent: tracker-fota\r
Connection: keep-alive\r
\r
`;
}

/**
 * A GET for one range of the file (RFC 9110, 14.2). At most `config.urlMaxBytes` + 512 bytes, made
 * for each request and dropped when it is written.
 */
export function formatRequest(request: RangeRequest): string {
  const file = request.file;
  const ifRange = request.ifRange === undefined ? "" : `If-Range: ${request.ifRange}\r\n`;
  const checksum = isPresigned(file.path) ? "" : "x-amz-checksum-mode: ENABLED\r\n";
  return `GET ${file.path} HTTP/1.1\r
Host: ${formatAuthority(file)}\r
Range: bytes=${request.first}-${request.last}\r
${ifRange}${checksum}Accept-Encoding: identity\r
User-Agent: tracker-fota\r
Connection: keep-alive\r
\r
`;
}

/**
 * A presigned URL is for a GET and nothing else, so it cannot be probed. And S3 refuses one with
 * `x-amz-*` headers that its signature does not cover (403
 * AccessDenied, "There were headers present in the request which were not signed").
 */
export function isPresigned(path: string): boolean {
  return path.indexOf("Signature=") >= 0;
}
