import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Listening, listen, loopback } from "../../cloud/listen.ts";
import type { RunRecord } from "../record/run-record.ts";
import { type PageParts, pageHtml } from "./page-file.ts";

/** Events go out together: a swap has hundreds of them in a tenth of a second. */
const BATCH_MS = 50;
const EVENTS_PER_BATCH = 2_000;
/** Browsers come back so long after the server has gone, for the next run at the same port. */
const RETRY_MS = 1_000;
const VIEWERS_MAX = 16;

export interface LiveServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface LiveServerOptions {
  readonly record: RunRecord;
  /** 0: any free one. */
  readonly port: number;
  readonly page: PageParts;
}

/**
 * Serves the page of one run on the loopback interface, and its events as server-sent events (HTML
 * Living Standard, 9.2).
 * @throws an Error that names the port, if it is in use
 */
export async function startLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  const { record } = options;
  const html = pageHtml(options.page);
  const viewers = new Set<Viewer>();
  const server: Server = createServer((request, response) => {
    answer(request, response, { record, html, viewers, port: () => listening.port });
  });
  const listening: Listening = await listen(server, options.port, "page");
  return {
    url: `http://${loopback}:${listening.port}/`,
    async stop() {
      for (const viewer of viewers) viewer.stop();
      await listening.stop();
    },
  };
}

interface Context {
  readonly record: RunRecord;
  readonly html: string;
  readonly viewers: Set<Viewer>;
  readonly port: () => number;
}

function answer(request: IncomingMessage, response: ServerResponse, context: Context): void {
  const { headers, method, url } = request;
  // Another site's script may have had its name resolve to this machine.
  const hosts = [loopback, "localhost"].map((host) => `${host}:${context.port()}`);
  if (!hosts.includes(headers.host ?? "")) refuse(response, 403);
  else if (method !== "GET") refuse(response, 405);
  else if (url === "/") {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(context.html);
  } else if (url === "/events") follow(request, response, context);
  else refuse(response, 404);
}

function follow(request: IncomingMessage, response: ServerResponse, context: Context): void {
  const { viewers, record } = context;
  if (viewers.size >= VIEWERS_MAX) {
    refuse(response, 503);
    return;
  }
  const viewer = new Viewer(record, response, request.headers["last-event-id"]);
  viewers.add(viewer);
  response.on("close", () => {
    viewer.stop();
    viewers.delete(viewer);
  });
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "Content-Type": "text/plain" }).end(`${status}\n`);
}

/** One page that follows the run: first what it has missed, then what comes. */
class Viewer {
  private readonly record: RunRecord;
  private readonly response: ServerResponse;
  private readonly ignore: () => void;
  private sent: number;
  private timer: NodeJS.Timeout | undefined;

  /** @param lastId of the last batch that a page which lost its connection has taken */
  constructor(record: RunRecord, response: ServerResponse, lastId: string | string[] | undefined) {
    this.record = record;
    this.response = response;
    this.sent = this.eventsIn(String(lastId ?? ""));
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(`retry: ${RETRY_MS}\n\n`);
    this.ignore = record.onAdded(() => this.sendSoon());
    this.send();
  }

  stop(): void {
    this.ignore();
    clearTimeout(this.timer);
  }

  private sendSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.send();
    }, BATCH_MS);
  }

  private send(): void {
    const { events } = this.record;
    while (this.sent < events.length) {
      const batch = events.slice(this.sent, this.sent + EVENTS_PER_BATCH);
      this.sent += batch.length;
      this.response.write(`id: ${this.runId}:${this.sent}\ndata: ${JSON.stringify(batch)}\n\n`);
    }
  }

  private get runId(): string {
    const [first] = this.record.events;
    return first?.kind === "run" ? first.id : "";
  }

  /** Events of this run that an id stands for; none if it is another run's. */
  private eventsIn(lastId: string): number {
    const [id, count] = lastId.split(":");
    return id !== "" && id === this.runId ? Math.min(Number(count), this.record.events.length) : 0;
  }
}
