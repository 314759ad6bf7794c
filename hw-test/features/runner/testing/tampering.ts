import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { listen, loopback } from "../../../cloud/listen.ts";
import type { CloudSide } from "../../bench/cloud-side.ts";

/** How a test breaks the control plane of a cloud. */
export interface Tampering {
  /** Answered at once with an empty object; the service never hears of it. */
  readonly swallows?: (method: string, path: string) => boolean;
  /** The answer's body, as the caller is to see it. */
  readonly alters?: (path: string, body: string) => string;
}

/** The same cloud, with somebody between it and the clients of the SDK. */
export async function tampered(side: CloudSide, tampering: Tampering): Promise<CloudSide> {
  const target = side.sdkOptionsOf("@aws-sdk/client-iot").endpoint ?? "";
  const server = createServer((message, response) => {
    pass(message, response, { target, tampering }).catch((error: Error) => {
      response.destroy(error);
    });
  });
  const { port, stop } = await listen(server, 0, "tampering proxy");
  return {
    ...side,
    sdkOptionsOf(packageName) {
      const options = side.sdkOptionsOf(packageName);
      if (packageName !== "@aws-sdk/client-iot") return options;
      return { ...options, endpoint: `http://${loopback}:${port}` };
    },
    async stop() {
      await stop();
      await side.stop();
    },
  };
}

async function pass(
  message: IncomingMessage,
  response: ServerResponse,
  { target, tampering }: { readonly target: string; readonly tampering: Tampering },
): Promise<void> {
  const { method = "GET", url = "/", headers } = message;
  const body = await buffer(message);
  const json = { "Content-Type": "application/json" };
  if (tampering.swallows?.(method, url) === true) {
    response.writeHead(200, json).end("{}");
    return;
  }
  // The headers go on as they are: the signature covers the host's name.
  const outgoing = request(`${target}${url}`, { method, headers });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on("response", resolve).on("error", reject).end(body);
  });
  const text = (await buffer(answer)).toString("utf8");
  const errorType = answer.headers["x-amzn-errortype"];
  response
    .writeHead(answer.statusCode ?? 500, {
      ...json,
      ...(errorType && { "x-amzn-ErrorType": errorType }),
    })
    .end(tampering.alters?.(url, text) ?? text);
}
