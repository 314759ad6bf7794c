import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Cloud } from "../cloud.ts";
import type { JsonObject } from "../json.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A request to the control plane, signed as the SDK signs for that service. */
export async function signed(
  cloud: Cloud,
  service: string,
  request: {
    readonly method: string;
    /** Percent-encoded. */
    readonly path: string;
    readonly query?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: JsonObject | string;
  },
): Promise<Answer> {
  const { method, path, query = {}, headers = {}, body } = request;
  const url = new URL(path, cloud.endpoints.iotControl);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const signer = new SignatureV4({
    service,
    region: cloud.region,
    credentials: cloud.credentials,
    sha256: Hash.bind(null, "sha256"),
  });
  const toSign = {
    protocol: url.protocol,
    hostname: url.hostname,
    method,
    path,
    query,
    headers: { ...headers, host: url.host },
    ...(text !== undefined && { body: text }),
  };
  const { headers: signedHeaders } = await signer.sign(toSign);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await fetch(url, {
    method,
    headers: signedHeaders,
    ...(text !== undefined && { body: text }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The same, of a service that speaks JSON. */
export async function signedJson(...call: Parameters<typeof signed>) {
  const { status, headers, text } = await signed(...call);
  const error = headers.get("x-amzn-errortype") ?? undefined;
  return { status, error, body: JSON.parse(text) as JsonObject };
}
