import type { IncomingHttpHeaders } from "node:http";
import { type RequestOptions, request } from "node:https";
import type { Cloud } from "../cloud.ts";

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpsRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a host name leads to instead of where it really does, and who vouches for it there. */
export interface Detour {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
}

/** An HTTPS request as a tracker sends it; a certificate is checked against the URL's host name. */
export function httpsRequest(
  url: string,
  { method = "GET", headers = {} }: HttpsRequest = {},
  detour?: Detour,
): Promise<Got> {
  const options = {
    method,
    headers: { ...headers, host: new URL(url).host },
    agent: false,
    ...(detour === undefined ? {} : taking(detour)),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const { statusCode: status = 0 } = incoming;
        resolve({ status, headers: incoming.headers, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}

function taking({ host, port, ca }: Detour): RequestOptions {
  return {
    port,
    ca,
    lookup: (_name, options, done) => {
      if (options.all) done(null, [{ address: host, family: 4 }]);
      else done(null, host, 4);
    },
  };
}

/** A request to the local file server. */
export function get(
  cloud: Cloud,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<Got> {
  return httpsRequest(url, { method, headers }, { ...cloud.endpoints.files, ca: cloud.ca });
}
