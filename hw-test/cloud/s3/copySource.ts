import { type HttpRequest, header } from "../http/message.ts";
import { isNotModified, preconditionFailed } from "./conditions.ts";
import type { ObjectStore, StoredObject } from "./objects.ts";
import { notImplemented, S3Error } from "./s3Error.ts";

export const copyHeaders = [
  "x-amz-copy-source",
  "x-amz-copy-source-if-match",
  "x-amz-copy-source-if-none-match",
  "x-amz-copy-source-if-modified-since",
  "x-amz-copy-source-if-unmodified-since",
];

/**
 * The object that CopyObject and UploadPartCopy take from: `[/]BUCKET/KEY`, percent-encoded.
 * @throws S3Error also when a condition on the source does not hold
 */
export function copySource(store: ObjectStore, request: HttpRequest): StoredObject {
  const value = (header(request, "x-amz-copy-source") ?? "").replace(/^\//, "");
  const [path = "", query] = value.split("?");
  if (query !== undefined) throw notImplemented("versionId of x-amz-copy-source");
  const [bucket = "", ...rest] = decodeURIComponent(path).split("/");
  if (rest.length === 0) throw new S3Error("InvalidArgument", "Invalid copy source bucket name");
  const source = store.object(bucket, rest.join("/"));
  if (isNotModified(request, source, "x-amz-copy-source-")) throw preconditionFailed();
  return source;
}
