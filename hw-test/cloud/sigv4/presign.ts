import { createHash } from "node:crypto";
import { encodeRfc3986 } from "../http/message.ts";
import { algorithm, amzTimestamp, hmac, scopeText, signingKey } from "./signature.ts";

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials; part of the URL. */
  readonly sessionToken?: string;
}

export interface PresignRequest {
  readonly host: string;
  /** Percent-encoded. */
  readonly path: string;
  readonly region: string;
  readonly expiresInS: number;
  readonly nowMs: number;
  readonly accessKey: AccessKey;
}

/**
 * A URL for one GET of one object (S3 API reference, "Authenticating requests: query parameters").
 * Not by the SDK's signer: that answers by a promise, and a job document is made at once.
 */
export function presignGet(request: PresignRequest): string {
  const { host, path, region, accessKey } = request;
  const timestamp = amzTimestamp(request.nowMs);
  const scope = { date: timestamp.slice(0, 8), region, service: "s3" };
  const { sessionToken } = accessKey;
  // In the order of their names, as they are to be signed.
  const query = Object.entries({
    "X-Amz-Algorithm": algorithm,
    "X-Amz-Credential": `${accessKey.accessKeyId}/${scopeText(scope)}`,
    "X-Amz-Date": timestamp,
    "X-Amz-Expires": String(request.expiresInS),
    ...(sessionToken !== undefined && { "X-Amz-Security-Token": sessionToken }),
    "X-Amz-SignedHeaders": "host",
  });
  const text = query.map(([name, value]) => `${name}=${encodeRfc3986(value)}`).join("&");
  const canonical = ["GET", path, text, `host:${host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
  const hash = createHash("sha256").update(canonical).digest("hex");
  const toSign = [algorithm, timestamp, scopeText(scope), hash].join("\n");
  const signed = hmac(signingKey(scope, accessKey.secretAccessKey), toSign).toString("hex");
  return `https://${host}${path}?${text}&X-Amz-Signature=${signed}`;
}
