import { createHash, timingSafeEqual } from "node:crypto";
import { decode, type HttpRequest, header, parseQuery, type Query } from "../http/message.ts";
import { ChunkSigner } from "./chunkSigner.ts";
import type { AccessKey } from "./presign.ts";
import {
  algorithm,
  type Covered,
  parseAmzTimestamp,
  scopeText,
  signature,
  signingKey,
} from "./signature.ts";

/** How a request is signed. */
export type Verdict =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "signed";
      readonly service: string;
      /** For a body that comes in signed chunks. */
      readonly chunks: ChunkSigner;
    }
  | { readonly kind: "refused"; readonly reason: Refusal; readonly message: string };

export type Refusal =
  | "malformed"
  | "other version"
  | "unknown key"
  | "mismatch"
  | "skewed"
  | "expired"
  | "unsigned header";

/** S3 and IoT refuse a signature whose time is off by more than this. */
const skewMaxMs = 15 * 60_000;

interface Claim extends Covered {
  readonly accessKeyId: string;
  readonly signature: string;
  /** Of a presigned URL. */
  readonly expiresInS: number | undefined;
  readonly sessionToken: string | undefined;
}

/** Checks AWS Signature Version 4, in the Authorization header or in the query. */
export async function verify(
  request: HttpRequest,
  accessKeys: readonly AccessKey[],
  nowMs: number,
): Promise<Verdict> {
  const query = parseQuery(request.query);
  const isPresigned = Object.hasOwn(query, "X-Amz-Signature");
  const authorization = header(request, "authorization");
  if (isVersion2(query, authorization)) {
    const message = "The authorization mechanism you have provided is not supported.";
    return refused("other version", `${message} Please use AWS4-HMAC-SHA256.`);
  }
  if (!isPresigned && authorization === undefined) return { kind: "anonymous" };
  const claim = isPresigned
    ? presignedClaim(query)
    : headerClaim(request, query, authorization ?? "");
  if (claim === undefined) return refused("malformed", "The authorization is malformed");
  const time = refuseTime(claim, nowMs);
  if (time !== undefined) return time;
  const accessKey = accessKeys.find(({ accessKeyId }) => accessKeyId === claim.accessKeyId);
  if (accessKey === undefined || accessKey.sessionToken !== claim.sessionToken) {
    return refused("unknown key", "The security token included in the request is invalid.");
  }
  const expected = Buffer.from(await signature(request, claim, accessKey.secretAccessKey));
  const given = Buffer.from(claim.signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return refused(
      "mismatch",
      "The request signature we calculated does not match the signature you provided.",
    );
  }
  if (hasUnsignedHeader(request, claim)) {
    const message = "There were headers present in the request which were not signed";
    return refused("unsigned header", message);
  }
  return {
    kind: "signed",
    service: claim.scope.service,
    chunks: new ChunkSigner({
      signingKey: signingKey(claim.scope, accessKey.secretAccessKey),
      scope: scopeText(claim.scope),
      timestamp: claim.timestamp,
      signature: claim.signature,
    }),
  };
}

/**
 * S3 takes no `x-amz-*` header that the signature does not cover, but the payload's hash; a URL
 * presigned for `host` alone takes none at all (aws-sdk-rust, issue 1253: x-amz-checksum-mode).
 */
function hasUnsignedHeader({ headers }: HttpRequest, { scope, signedHeaders }: Claim): boolean {
  if (scope.service !== "s3") return false;
  return Object.keys(headers).some(
    (name) =>
      name.startsWith("x-amz-") && name !== "x-amz-content-sha256" && !signedHeaders.includes(name),
  );
}

/** As boto3 presigns by default; AWS refuses it for buckets and regions newer than 2014. */
function isVersion2(query: Query, authorization: string | undefined): boolean {
  return Object.hasOwn(query, "AWSAccessKeyId") || authorization?.startsWith("AWS ") === true;
}

/** What the request says it is signed for, unchecked; undefined when it says nothing. */
export function claimedService(request: HttpRequest): string | undefined {
  const text = `${header(request, "authorization") ?? ""}&${decode(request.query)}`;
  return /Credential=[^/,&]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(text)?.[1];
}

function refused(reason: Refusal, message: string): Verdict {
  return { kind: "refused", reason, message };
}

function refuseTime(claim: Claim, nowMs: number): Verdict | undefined {
  const signedAtMs = parseAmzTimestamp(claim.timestamp);
  if (Number.isNaN(signedAtMs) || !claim.timestamp.startsWith(claim.scope.date)) {
    return refused("malformed", "The date of the signature is malformed");
  }
  if (signedAtMs - nowMs > skewMaxMs) return refused("skewed", "Signature is from the future");
  if (claim.expiresInS !== undefined) {
    const isExpired = nowMs > signedAtMs + claim.expiresInS * 1000;
    return isExpired ? refused("expired", "Request has expired") : undefined;
  }
  const isOld = nowMs - signedAtMs > skewMaxMs;
  return isOld ? refused("skewed", "Signature expired: too large a time skew") : undefined;
}

function headerClaim(request: HttpRequest, query: Query, authorization: string): Claim | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  const [, credential, signedHeaders, signed] = match ?? [];
  const timestamp = header(request, "x-amz-date");
  if (!credential || !signedHeaders || !signed || !timestamp) return undefined;
  const owner = parseCredential(credential);
  if (owner === undefined) return undefined;
  const bodyHash = () => createHash("sha256").update(request.body).digest("hex");
  return {
    ...owner,
    signedHeaders: signedHeaders.split(";"),
    signature: signed,
    timestamp,
    payloadHash: header(request, "x-amz-content-sha256") ?? bodyHash(),
    query,
    expiresInS: undefined,
    sessionToken: header(request, "x-amz-security-token"),
  };
}

function presignedClaim(query: Query): Claim | undefined {
  const value = (name: string) => query[name]?.[0];
  const owner = parseCredential(value("X-Amz-Credential") ?? "");
  const expiresInS = Number(value("X-Amz-Expires") ?? Number.NaN);
  const signedHeaders = value("X-Amz-SignedHeaders");
  if (owner === undefined || signedHeaders === undefined) return undefined;
  if (value("X-Amz-Algorithm") !== algorithm || !(expiresInS > 0)) return undefined;
  return {
    ...owner,
    signedHeaders: signedHeaders.split(";"),
    signature: value("X-Amz-Signature") ?? "",
    timestamp: value("X-Amz-Date") ?? "",
    payloadHash: value("X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD",
    query,
    expiresInS,
    sessionToken: value("X-Amz-Security-Token"),
  };
}

function parseCredential(text: string): Pick<Claim, "accessKeyId" | "scope"> | undefined {
  const [accessKeyId, date, region, service, end, ...rest] = text.split("/");
  if (!accessKeyId || !date || !region || !service) return undefined;
  if (end !== "aws4_request" || rest.length > 0) return undefined;
  return { accessKeyId, scope: { date, region, service } };
}
