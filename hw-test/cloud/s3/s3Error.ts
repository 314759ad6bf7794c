import type { HttpResponse } from "../http/message.ts";
import { element, text, xml } from "./xml.ts";

/** S3 API reference, "Error responses". */
const statusOf = Object.freeze({
  AccessDenied: 403,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooSmall: 400,
  IllegalLocationConstraintException: 400,
  IncompleteBody: 400,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  MalformedXML: 400,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
});

export type S3ErrorCode = keyof typeof statusOf;

export class S3Error extends Error {
  readonly code: S3ErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: S3ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.headers = headers;
  }
}

/** What S3 has and this one has not. */
export function notImplemented(what: string): S3Error {
  return new S3Error("NotImplemented", `${what} is not served by this local S3`);
}

export function errorResponse(error: S3Error): HttpResponse {
  return {
    status: statusOf[error.code],
    headers: { "Content-Type": "application/xml", ...error.headers },
    body: xml(element("Error", text("Code", error.code), text("Message", error.message))),
  };
}
