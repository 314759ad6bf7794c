import type { OrderName } from "../record/orders.ts";
import type { RunEvent } from "../record/run-event.ts";

/** A page that is drawn ten times a second looks live and leaves the machine to the run. */
const REDRAW_MS = 100;

/** The events of a run, and whoever wants to know of more. */
export class Feed {
  events: RunEvent[];
  /** Whether the server is there; true for a report, which needs none. */
  isConnected = true;
  private token = "";
  private readonly listeners = new Set<() => void>();
  private isDue = false;

  constructor(events: RunEvent[]) {
    this.events = events;
  }

  /** Follows the server, this run and those after it: EventSource comes back by itself. */
  listen(): void {
    this.isConnected = false;
    const source = new EventSource("events");
    source.addEventListener("open", () => this.setConnected(true));
    source.addEventListener("error", () => this.setConnected(false));
    source.addEventListener("hello", ({ data }) => {
      this.token = (JSON.parse(data) as { readonly token: string }).token;
    });
    source.addEventListener("message", ({ data }) => this.take(JSON.parse(data) as RunEvent[]));
  }

  /** @returns why it was not done, or undefined */
  async order(name: OrderName, value: string): Promise<string | undefined> {
    try {
      const body = JSON.stringify({ name, value });
      const headers = { "X-Token": this.token };
      const response = await fetch("orders", { method: "POST", headers, body });
      return response.ok ? undefined : await response.text();
    } catch (error) {
      if (error instanceof TypeError) return "the rig is gone";
      throw error;
    }
  }

  /** @returns a function that ends it */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private take(events: RunEvent[]): void {
    for (const event of events) {
      // A run begins: what the page has is of the one before.
      if (event.kind === "run") this.events = [];
      this.events.push(event);
    }
    this.tellSoon();
  }

  private setConnected(isConnected: boolean): void {
    this.isConnected = isConnected;
    this.tellSoon();
  }

  private tellSoon(): void {
    if (this.isDue) return;
    this.isDue = true;
    setTimeout(() => {
      this.isDue = false;
      for (const listener of this.listeners) listener();
    }, REDRAW_MS);
  }
}
