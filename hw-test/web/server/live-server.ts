import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Listening, listen, loopback } from "../../cloud/listen.ts";
import { type Order, parseOrder } from "../record/orders.ts";
import type { RunRecord } from "../record/run-record.ts";
import type { PageParts } from "./bundle-page.ts";
import { pageHtml } from "./page-file.ts";
import { Viewer } from "./viewer.ts";

const VIEWERS_MAX = 16;
const ORDER_MAX_BYTES = 1_000;
const TOKEN_BYTES = 16;

export interface LiveServer {
  readonly url: string;
  /** Events that were made into text so far, over all pages. */
  readonly eventsSent: number;
  stop(): Promise<void>;
}

export interface LiveServerOptions {
  readonly record: RunRecord;
  /** 0: any free one. */
  readonly port: number;
  readonly page: PageParts;
  /** @throws an Error, in words for people, if it cannot be done now */
  readonly onOrder: (order: Order) => Promise<void>;
}

/**
 * Serves the page of one run on the loopback interface, and its events as server-sent events (HTML
 * Living Standard, 9.2). Orders are taken from pages alone: only they can read the token.
 * @throws an Error that names the port, if it is in use
 */
export async function startLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  const html = pageHtml(options.page);
  const token = randomBytes(TOKEN_BYTES).toString("hex");
  const viewers = new Set<Viewer>();
  const counters = { eventsSent: 0 };
  const server: Server = createServer((request, response) => {
    const context = { ...options, html, token, viewers, counters, port: listening.port };
    answer(request, response, context);
  });
  const listening: Listening = await listen(server, options.port, "page");
  return {
    url: `http://${loopback}:${listening.port}/`,
    get eventsSent() {
      return counters.eventsSent;
    },
    async stop() {
      for (const viewer of viewers) viewer.stop();
      await listening.stop();
    },
  };
}

interface Context extends LiveServerOptions {
  readonly html: string;
  readonly token: string;
  readonly viewers: Set<Viewer>;
  readonly counters: { eventsSent: number };
}

function answer(request: IncomingMessage, response: ServerResponse, context: Context): void {
  const { headers, method, url } = request;
  // Another site's script may have had its name resolve to this machine.
  const hosts = [loopback, "localhost"].map((host) => `${host}:${context.port}`);
  if (!hosts.includes(headers.host ?? "")) say(response, 403, "another host");
  else if (url === "/" && method === "GET") {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(context.html);
  } else if (url === "/events" && method === "GET") follow(request, response, context);
  else if (url === "/orders" && method === "POST") void obey(request, response, context);
  else say(response, 404, "no such page");
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" }).end(text);
}

function follow(request: IncomingMessage, response: ServerResponse, context: Context): void {
  const { viewers, record, token, counters } = context;
  if (viewers.size >= VIEWERS_MAX) {
    say(response, 503, "too many pages");
    return;
  }
  const lastId = String(request.headers["last-event-id"] ?? "");
  const onSent = (events: number) => {
    counters.eventsSent += events;
  };
  const viewer = new Viewer({ record, response, token, lastId, onSent });
  viewers.add(viewer);
  response.on("close", () => {
    viewer.stop();
    viewers.delete(viewer);
  });
}

async function obey(request: IncomingMessage, response: ServerResponse, context: Context) {
  if (!isToken(request.headers["x-token"], context.token)) {
    say(response, 403, "another run's page: load it again");
    return;
  }
  try {
    await context.onOrder(parseOrder(await bodyOf(request)));
    response.writeHead(204).end();
  } catch (error) {
    say(response, error instanceof RangeError ? 400 : 409, (error as Error).message);
  }
}

function isToken(given: string | string[] | undefined, token: string): boolean {
  const bytes = Buffer.from(String(given ?? ""));
  const wanted = Buffer.from(token);
  return bytes.byteLength === wanted.byteLength && timingSafeEqual(bytes, wanted);
}

/** @throws RangeError if it is longer than any order */
async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += chunk;
    if (body.length > ORDER_MAX_BYTES) throw new RangeError("too long for an order");
  }
  return body;
}
