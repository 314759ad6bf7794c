import type { ServerResponse } from "node:http";
import type { RunRecord } from "../record/run-record.ts";

/** Events go out together: a swap has hundreds of them in a tenth of a second. */
const BATCH_MS = 50;
const EVENTS_PER_BATCH = 2_000;
/** Browsers come back so long after the server has gone, for the next run at the same port. */
const RETRY_MS = 1_000;

export interface ViewerOptions {
  readonly record: RunRecord;
  readonly response: ServerResponse;
  /** What the page needs to give orders. */
  readonly token: string;
  /** Of the last batch that a page which lost its connection has taken. */
  readonly lastId: string;
  readonly onSent: (events: number) => void;
}

/** One page that follows the run: first what it has missed, then what comes. */
export class Viewer {
  private readonly options: ViewerOptions;
  private readonly ignore: () => void;
  private sent: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: ViewerOptions) {
    const { record, response, token, lastId } = options;
    this.options = options;
    this.sent = this.eventsIn(lastId);
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(`retry: ${RETRY_MS}\nevent: hello\ndata: ${JSON.stringify({ token })}\n\n`);
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
    const { record, response, onSent } = this.options;
    const { events } = record;
    while (this.sent < events.length) {
      const batch = events.slice(this.sent, this.sent + EVENTS_PER_BATCH);
      this.sent += batch.length;
      response.write(`id: ${this.runId}:${this.sent}\ndata: ${JSON.stringify(batch)}\n\n`);
      onSent(batch.length);
    }
  }

  private get runId(): string {
    const [first] = this.options.record.events;
    return first?.kind === "run" ? first.id : "";
  }

  /** Events of this run that an id stands for; none if it is another run's. */
  private eventsIn(lastId: string): number {
    const [id, count] = lastId.split(":");
    const { length } = this.options.record.events;
    return id !== "" && id === this.runId ? Math.min(Number(count), length) : 0;
  }
}
