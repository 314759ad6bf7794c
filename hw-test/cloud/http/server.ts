import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Credential } from "../certificates/authority.ts";
import type { Now } from "../clock.ts";
import { type Listening, listen } from "../listen.ts";
import type { HttpRequest, HttpResponse } from "./message.ts";

export interface HttpServerOptions {
  /** For messages about the port. */
  readonly name: string;
  /** 0: any free one. */
  readonly port: number;
  /** Of the interface: the loopback unless told otherwise. */
  readonly address?: string | undefined;
  /** Serves HTTPS with this, plain HTTP without. */
  readonly tls?: Credential;
  readonly now: Now;
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>;
  /** Body bytes that have left for the network. */
  readonly onBytesSent?: (byteCount: number) => void;
}

/** Far above any firmware file; a body beyond it closes the connection. */
const bodyMaxBytes = 64 * 1024 * 1024;

/** S3 keeps an idle connection open for about this long. */
const keepAliveTimeoutMs = 20_000;

/** Bytes handed to the connection at a time: a dropped connection is noticed this soon. */
const sliceBytes = 16 * 1024;

export async function startHttpServer(options: HttpServerOptions): Promise<Listening> {
  const onRequest = (message: IncomingMessage, response: ServerResponse) => {
    serve(options, message, response).catch(() => response.destroy());
  };
  const server =
    options.tls === undefined
      ? createServer(onRequest)
      : createSecureServer({ ...options.tls, minVersion: "TLSv1.2" }, onRequest);
  server.keepAliveTimeout = keepAliveTimeoutMs;
  return listen(server, options.port, options.name, options.address);
}

async function serve(
  options: HttpServerOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = "/", query = ""] = splitOnce(message.url ?? "/");
  const body = await readBody(message);
  const { method = "GET", headers } = message;
  const reply = await attempt(options, { method, path, query, headers, body });
  response.writeHead(reply.status, {
    Date: new Date(options.now()).toUTCString(),
    ...reply.headers,
    ...contentLength(reply),
  });
  for (let offset = 0; offset < reply.body.length; offset += sliceBytes) {
    const slice = reply.body.subarray(offset, offset + sliceBytes);
    await write(response, slice);
    options.onBytesSent?.(slice.length);
  }
  response.end();
}

/** A bug of ours becomes an answer that says so, not a client that waits. */
async function attempt(options: HttpServerOptions, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await options.handle(request);
  } catch (error) {
    const text = `${options.name}: ${error instanceof Error ? error.stack : String(error)}`;
    return { status: 500, headers: { "Content-Type": "text/plain" }, body: Buffer.from(text) };
  }
}

/** RFC 9110, 8.6: none with 204; with 304 it would have to be that of the object. */
function contentLength({ status, contentLength, body }: HttpResponse): Record<string, number> {
  if (status === 204 || status === 304) return {};
  return { "Content-Length": contentLength ?? body.length };
}

function splitOnce(url: string): [string, string] {
  const mark = url.indexOf("?");
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyMaxBytes) throw new Error(`a body of more than ${bodyMaxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Rejects when the connection is gone, so that nobody waits for ever. */
function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = () => reject(new Error("the connection was closed"));
    if (response.destroyed) return onClose();
    response.once("close", onClose);
    response.write(bytes, (error) => {
      response.off("close", onClose);
      if (error) reject(error);
      else resolve();
    });
  });
}
