import { type ConnectOptions, type SocketSecurity, securities, type Target } from "../connect.ts";
import type { Air, Timing } from "./air.ts";
import type { Fault } from "./faults.ts";
import { encodeFrame, type Frame, LinkError } from "./link.ts";
import { Relay } from "./relay.ts";
import { type StreamEnd, StreamFaults } from "./stream-faults.ts";

/** Connections that a power cut has left half open; the oldest are dropped beyond this. */
const ABANDONED_MAX = 32;

export interface SocketsOptions {
  readonly connect: ConnectOptions;
  readonly up: Air;
  readonly down: Air;
  readonly timing: Timing;
  readonly faults: readonly Fault[];
  readonly pieceBytes?: number | undefined;
  /** Sends a whole frame to the board. */
  readonly send: (frame: Buffer) => void;
  /** `totalBytes`: what connections to the file server have brought the tracker so far. */
  readonly onDownloaded: (totalBytes: number) => void;
  /** The board hears only that a connection has ended; people want to know why. */
  readonly onSocketError: (target: Target, reason: string) => void;
  readonly onConnection?: (change: ConnectionChange) => void;
}

/** A connection came up, was closed by the board, or ended otherwise: lost, refused, reset. */
export interface ConnectionChange {
  readonly security: SocketSecurity;
  readonly state: "up" | "closed" | "lost";
  readonly reason?: string;
}

/** What passed through the sockets since the rig started, in payload bytes. */
export interface Traffic {
  /** Connections that came up. */
  connections: number;
  toTrackerBytes: number;
  fromTrackerBytes: number;
}

function noTraffic(): Traffic {
  return { connections: 0, toTrackerBytes: 0, fromTrackerBytes: 0 };
}

interface Channel {
  readonly relay: Relay;
  readonly security: SocketSecurity;
}

/** The board's offloaded sockets, one relay a channel. Lives through resets of the board. */
export class Sockets {
  readonly traffic: Readonly<Record<SocketSecurity, Traffic>> = {
    tcp: noTraffic(),
    broker: noTraffic(),
    files: noTraffic(),
  };
  private readonly options: SocketsOptions;
  private readonly faults: StreamFaults;
  private readonly channels = new Map<number, Channel>();
  private readonly abandoned: Relay[] = [];

  constructor(options: SocketsOptions) {
    this.options = options;
    this.faults = new StreamFaults(options.faults);
  }

  /**
   * Acts on OPEN, SEND, CLOSE or CREDIT. All but OPEN are ignored on a channel that is not open:
   * they may have crossed our ERROR.
   * @throws LinkError when the board breaks the protocol
   */
  handle({ name, channel, payload }: Frame): void {
    const open = this.channels.get(channel);
    switch (name) {
      case "OPEN":
        this.open(channel, parseTarget(payload));
        break;
      case "SEND":
        if (open === undefined) return;
        this.traffic[open.security].fromTrackerBytes += payload.byteLength;
        open.relay.send(payload);
        break;
      case "BOARD_CREDIT":
        if (payload.byteLength !== 2) throw new LinkError("a CREDIT that is not a u16");
        open?.relay.credit(payload.readUInt16LE(0));
        break;
      case "CLOSE":
        this.channels.delete(channel);
        open?.relay.close();
        if (open !== undefined) this.tell({ security: open.security, state: "closed" });
        break;
      default:
        throw new LinkError(`${name} from the board`);
    }
  }

  /** The power cycle is over. Servers see no end of their connections, as after a power cut. */
  abandonAll(): void {
    for (const { relay, security } of this.channels.values()) {
      relay.abandon();
      this.abandoned.push(relay);
      this.tell({ security, state: "lost", reason: "the power cycle ended" });
    }
    this.channels.clear();
    while (this.abandoned.length > ABANDONED_MAX) this.abandoned.shift()?.destroy();
  }

  /** @returns how many connections to such a server there were */
  break(security: SocketSecurity, end: StreamEnd): number {
    const relays = [...this.channels.values()].filter((channel) => channel.security === security);
    for (const { relay } of relays) relay.break(end);
    return relays.length;
  }

  destroy(): void {
    this.abandonAll();
    for (const relay of this.abandoned.splice(0)) relay.destroy();
  }

  private tell(change: ConnectionChange): void {
    this.options.onConnection?.(change);
  }

  private open(channel: number, target: Target): void {
    if (this.channels.has(channel)) throw new LinkError(`OPEN on open channel ${channel}`);
    const { connect, up, down, timing, send, onDownloaded, onSocketError } = this.options;
    const { security } = target;
    const traffic = this.traffic[security];
    const isFiles = security === "files";
    const relay = new Relay({
      target,
      connect,
      up,
      down,
      timing,
      faults: isFiles ? this.faults : undefined,
      pieceBytes: this.options.pieceBytes,
      events: {
        onOpened: (byteCount) => {
          traffic.connections++;
          send(encodeFrame({ name: "OPENED", channel, payload: u16(byteCount) }));
          this.tell({ security, state: "up" });
        },
        onData: (payload) => {
          traffic.toTrackerBytes += payload.byteLength;
          send(encodeFrame({ name: "DATA", channel, payload }));
          if (isFiles) onDownloaded(traffic.toTrackerBytes);
        },
        onCredit: (byteCount) => {
          send(encodeFrame({ name: "RIG_CREDIT", channel, payload: u16(byteCount) }));
        },
        onError: (reason) => {
          this.channels.delete(channel);
          send(encodeFrame({ name: "ERROR", channel, payload: Buffer.from(reason) }));
          onSocketError(target, reason);
          this.tell({ security, state: "lost", reason });
        },
      },
    });
    this.channels.set(channel, { relay, security });
  }
}

function parseTarget(payload: Buffer): Target {
  const security = securities[payload[0] ?? securities.length];
  if (security === undefined || payload.byteLength < 4) throw new LinkError("a malformed OPEN");
  return { security, port: payload.readUInt16LE(1), host: payload.toString("utf8", 3) };
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
