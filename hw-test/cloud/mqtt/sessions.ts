import type { Now } from "../clock.ts";

/** What of the broker's persistence is needed to forget a session. */
export interface SessionStore {
  cleanSubscriptions(client: { readonly id: string }): Promise<unknown>;
  outgoingStream(client: { readonly id: string }): AsyncIterable<{ readonly messageId?: number }>;
  outgoingClearMessageId(
    client: { readonly id: string },
    packet: { readonly messageId?: number },
  ): Promise<unknown>;
}

/** AWS IoT Core keeps a persistent session this long after its connection has ended. */
export const sessionLifetimeMs = 60 * 60_000;

/** Ends persistent sessions whose time is over, when their client comes back. */
export class Sessions {
  private readonly now: Now;
  private readonly store: SessionStore;
  private readonly disconnectedAtMs = new Map<string, number>();

  constructor(options: { readonly now: Now; readonly store: SessionStore }) {
    this.now = options.now;
    this.store = options.store;
  }

  onDisconnect(clientId: string): void {
    this.disconnectedAtMs.set(clientId, this.now());
  }

  /** Call when it is up, and a connection that it replaced is gone. */
  onConnected(clientId: string): void {
    this.disconnectedAtMs.delete(clientId);
  }

  /** Call before the broker looks the session up. */
  async onConnect(clientId: string): Promise<void> {
    const sinceMs = this.disconnectedAtMs.get(clientId);
    if (sinceMs === undefined || this.now() - sinceMs <= sessionLifetimeMs) return;
    const client = { id: clientId };
    await this.store.cleanSubscriptions(client);
    for await (const packet of this.store.outgoingStream(client)) {
      await this.store.outgoingClearMessageId(client, packet);
    }
  }
}
