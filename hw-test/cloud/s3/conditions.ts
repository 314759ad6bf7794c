import { type HttpRequest, header } from "../http/message.ts";
import type { StoredObject } from "./objects.ts";
import { notImplemented, S3Error } from "./s3Error.ts";

/** What the conditions of a request to read are held against. */
export type Validators = Pick<StoredObject, "etag" | "lastModifiedMs">;

/**
 * In the order of RFC 9110, 13.2.2.
 * @param prefix of the header names: that of a copy's source, or none
 * @returns whether it is the one the client has already
 * @throws S3Error PreconditionFailed
 */
export function isNotModified(request: HttpRequest, object: Validators, prefix = ""): boolean {
  const lastModifiedS = Math.floor(object.lastModifiedMs / 1000);
  const match = header(request, `${prefix}if-match`);
  const unmodifiedSince = header(request, `${prefix}if-unmodified-since`);
  const failed =
    match !== undefined
      ? !lists(match, object.etag)
      : unmodifiedSince !== undefined && lastModifiedS > Date.parse(unmodifiedSince) / 1000;
  if (failed) throw preconditionFailed();
  const noneMatch = header(request, `${prefix}if-none-match`);
  if (noneMatch !== undefined) return lists(noneMatch, object.etag);
  const modifiedSince = header(request, `${prefix}if-modified-since`);
  return modifiedSince !== undefined && lastModifiedS <= Date.parse(modifiedSince) / 1000;
}

/**
 * Conditional writes and deletes (S3 user guide, "Conditional requests"): `If-None-Match: *` for
 * what must not be there yet, `If-Match` for what must not have changed.
 * @throws S3Error PreconditionFailed, NoSuchKey
 */
export function checkWrite(request: HttpRequest, existing: StoredObject | undefined): void {
  const noneMatch = header(request, "if-none-match");
  if (noneMatch !== undefined && noneMatch !== "*") {
    throw notImplemented("If-None-Match of a write, other than *,");
  }
  if (noneMatch === "*" && existing !== undefined) throw preconditionFailed();
  const match = header(request, "if-match");
  if (match === undefined) return;
  if (existing === undefined) throw new S3Error("NoSuchKey", "The specified key does not exist.");
  if (!lists(match, existing.etag)) throw preconditionFailed();
}

export function preconditionFailed(): S3Error {
  return new S3Error("PreconditionFailed", "At least one of the pre-conditions did not hold");
}

/** Some clients leave the quotes away. */
function lists(tags: string, etag: string): boolean {
  return tags
    .split(",")
    .map((tag) => tag.trim())
    .some((tag) => tag === "*" || tag === etag || `"${tag}"` === etag);
}
