import { encodeRfc3986 } from "../http/message.ts";
import { algorithm, amzTimestamp, scopeText, signature } from "./signature.ts";

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

/** A URL for one GET of one object (S3 API reference, "Authenticating requests: query parameters"). */
export function presignGet(request: PresignRequest): string {
  const { host, path, region, accessKey } = request;
  const timestamp = amzTimestamp(request.nowMs);
  const scope = { date: timestamp.slice(0, 8), region, service: "s3" };
  const { sessionToken } = accessKey;
  const query: Array<[string, string]> = [
    ["X-Amz-Algorithm", algorithm],
    ["X-Amz-Credential", `${accessKey.accessKeyId}/${scopeText(scope)}`],
    ["X-Amz-Date", timestamp],
    ["X-Amz-Expires", String(request.expiresInS)],
    ...(sessionToken === undefined
      ? []
      : [["X-Amz-Security-Token", sessionToken] satisfies [string, string]]),
    ["X-Amz-SignedHeaders", "host"],
  ];
  const signed = signature(
    {
      method: "GET",
      path,
      query,
      headers: [["host", host]],
      payloadHash: "UNSIGNED-PAYLOAD",
      timestamp,
      scope,
    },
    accessKey.secretAccessKey,
  );
  const text = [...query, ["X-Amz-Signature", signed] as const]
    .map(([name, value]) => `${name}=${encodeRfc3986(value)}`)
    .join("&");
  return `https://${host}${path}?${text}`;
}
