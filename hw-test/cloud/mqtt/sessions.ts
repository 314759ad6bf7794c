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
  /** Of those that have no connection: until when they are kept. */
  private readonly endsAtMs = new Map<string, number>();

  constructor(options: { readonly now: Now; readonly store: SessionStore }) {
    this.now = options.now;
    this.store = options.store;
  }

  /** @param lifetimeMs of the session from now on, as a client of MQTT 5 says */
  onDisconnect(clientId: string, lifetimeMs = sessionLifetimeMs): void {
    this.endsAtMs.set(clientId, lifetimeMs === 0 ? 0 : this.now() + lifetimeMs);
  }

  /** Call when it is up, and a connection that it replaced is gone. */
  onConnected(clientId: string): void {
    this.endsAtMs.delete(clientId);
  }

  /** Call before the broker looks the session up. @param isCleanStart it is not to go on (MQTT 5) */
  async onConnect(clientId: string, isCleanStart: boolean): Promise<void> {
    const endsAtMs = this.endsAtMs.get(clientId);
    const isKept = endsAtMs === undefined || this.now() <= endsAtMs;
    if (isKept && !isCleanStart) return;
    const client = { id: clientId };
    await this.store.cleanSubscriptions(client);
    for await (const packet of this.store.outgoingStream(client)) {
      await this.store.outgoingClearMessageId(client, packet);
    }
  }
}
