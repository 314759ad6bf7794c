import type { HttpReply, HttpRequest, Pace } from "../model/http-server.ts";
import { parseRequest } from "../model/http-server.ts";
import type { ScriptedSocket } from "../model/scripted-network.ts";
import type { VirtualClock } from "../model/virtual-clock.ts";

/**
 * What the link does to a reply at one of its bytes.
 * - `drop`: the connection breaks before it; - `stall`: silence from it on, and nobody is told;
 * - `delay`: it, and all behind it, is late.
 */
export type ByteFate = "drop" | "stall" | "delay";

export interface ReplyFault {
  /** Of the reply, head and all, from 0. */
  readonly byte: number;
  readonly fate: ByteFate;
}

export interface FileServerOptions {
  readonly clock: VirtualClock;
  /** `index` counts from 1 over the whole run. */
  readonly reply: (request: HttpRequest, index: number) => HttpReply;
  /** What becomes of the reply to the n-th request on its way; nothing if undefined. */
  readonly fault: (index: number) => ReplyFault | undefined;
  /** Every byte that the tracker is handed. */
  readonly onDelivered: (byteCount: number) => void;
  /** What the bytes go over; if left out, replies have their own pace. */
  readonly link?: FileLink | undefined;
}

/** One tracker's link to the file server. */
export interface FileLink {
  /** Milliseconds from a request to the first byte of its answer. */
  readonly requestMs: (byteCount: number) => number;
  /** Milliseconds that a piece takes behind the one before it. */
  readonly pieceMs: (byteCount: number) => number;
}

const LATENCY_MS = 50;
const DELAY_MS = 20_000;
const GRANT_BYTES = 2048;
/** One TCP segment, and the time it takes. */
const quick: Pace = Object.freeze({
  delayMs: LATENCY_MS,
  firstBytes: 0,
  pieceBytes: 1460,
  everyMs: 5,
});

/** A file server on virtual time, and the link to it. */
export class FileServerModel {
  private readonly options: FileServerOptions;
  private requests = 0;

  constructor(options: FileServerOptions) {
    this.options = options;
  }

  get requestCount(): number {
    return this.requests;
  }

  accept(socket: ScriptedSocket): FilePeer {
    const peer = new FilePeer(socket, (text) => this.serve(peer, text));
    socket.grant(GRANT_BYTES);
    return peer;
  }

  private serve(peer: FilePeer, text: string): void {
    this.requests += 1;
    const request = parseRequest(text, this.requests - 1, 0);
    const reply = this.options.reply(request, this.requests);
    const sending = { reply, fault: this.options.fault(this.requests), at: 0 };
    const { clock, link } = this.options;
    const delayMs = link?.requestMs(text.length) ?? (reply.pace ?? quick).delayMs;
    clock.alarm(delayMs, () => this.send(peer, sending));
  }

  /** One piece, up to where something happens, and the rest later. */
  private send(peer: FilePeer, { reply, fault, at }: Sending): void {
    if (!peer.isOpen) return;
    const { clock } = this.options;
    if (fault?.byte === at) {
      if (fault.fate === "drop") peer.breakOff("the link broke");
      const rest = { reply, fault: undefined, at };
      if (fault.fate === "delay") clock.alarm(DELAY_MS, () => this.send(peer, rest));
    } else if (at === reply.bytes.length) {
      if (reply.ending === "close") peer.breakOff("closed by the server");
    } else {
      const { firstBytes, pieceBytes, everyMs } = reply.pace ?? quick;
      const most = at < firstBytes ? firstBytes - at : pieceBytes;
      const end = Math.min(at + most, reply.bytes.length);
      const stop = fault !== undefined && fault.byte > at ? Math.min(end, fault.byte) : end;
      const waitMs = this.options.link?.pieceMs(stop - at);
      const piece = reply.bytes.slice(at, stop);
      const goOn = () => this.send(peer, { reply, fault, at: stop });
      if (waitMs === undefined) {
        this.deliver(peer, piece);
        clock.alarm(everyMs, goOn);
      } else {
        clock.alarm(waitMs, () => {
          if (peer.isOpen) this.deliver(peer, piece);
          goOn();
        });
      }
    }
  }

  private deliver(peer: FilePeer, piece: Uint8Array): void {
    this.options.onDelivered(piece.length);
    peer.socket.deliver(piece);
  }
}

interface Sending {
  readonly reply: HttpReply;
  readonly fault: ReplyFault | undefined;
  /** The next byte to send. */
  readonly at: number;
}

/** One connection of the tracker to the file server. */
export class FilePeer {
  readonly socket: ScriptedSocket;
  isOpen = true;
  private readonly onRequest: (text: string) => void;
  private inbox = "";

  constructor(socket: ScriptedSocket, onRequest: (text: string) => void) {
    this.socket = socket;
    this.onRequest = onRequest;
  }

  poll(): boolean {
    if (!this.isOpen) return false;
    if (this.socket.isClosed) {
      this.isOpen = false;
      return false;
    }
    const bytes = this.socket.takeWritten();
    if (bytes.length === 0) return false;
    this.inbox += Buffer.from(bytes).toString("latin1");
    this.socket.grant(GRANT_BYTES);
    const end = this.inbox.indexOf("\r\n\r\n");
    if (end >= 0) {
      const text = this.inbox.slice(0, end + 4);
      this.inbox = this.inbox.slice(end + 4);
      this.onRequest(text);
    }
    return true;
  }

  breakOff(reason: string): void {
    this.isOpen = false;
    this.socket.fail(reason);
  }

  abandon(): void {
    this.isOpen = false;
  }
}
