import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import type { Cloud } from "../cloud.ts";

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * An HTTPS request as a tracker sends it: the URL's host name is looked up to the local file
 * server, and its certificate is checked against that name.
 */
export function get(
  cloud: Cloud,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<Got> {
  const { host, port } = cloud.endpoints.files;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method,
        port,
        headers: { ...headers, host: new URL(url).host },
        ca: cloud.ca,
        agent: false,
        lookup: (_name, options, done) => {
          if (options.all) done(null, [{ address: host, family: 4 }]);
          else done(null, host, 4);
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const { statusCode: status = 0 } = incoming;
          resolve({ status, headers: incoming.headers, body: Buffer.concat(chunks).toString() });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}
