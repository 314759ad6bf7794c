import assert from "node:assert/strict";
import { ScriptedNetwork, type ScriptedSocket } from "./scripted-network.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface HttpRequest {
  /** 0 for the first one that the server got. */
  readonly number: number;
  /** Which socket it came on, 0 for the first. */
  readonly socketIndex: number;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes asked for, inclusive. */
  readonly range: { readonly first: number; readonly last: number } | undefined;
  /** As it came over the wire. */
  readonly text: string;
}

/** How slowly a reply comes. */
export interface Pace {
  /** Until it begins. */
  readonly delayMs: number;
  /** Bytes that come first, in one piece; those after them in pieces of `pieceBytes`. */
  readonly firstBytes: number;
  readonly pieceBytes: number;
  /** Between two pieces. */
  readonly everyMs: number;
}

export interface HttpReply {
  readonly bytes: Uint8Array;
  /** What the server does when they are out; `stall` says nothing more, ever. */
  readonly ending: "keep" | "close" | "stall";
  /** At once if not given. */
  readonly pace?: Pace | undefined;
}

export interface HttpServerOptions {
  readonly clock: VirtualClock;
  readonly handler: (request: HttpRequest) => HttpReply;
  /** Size of the next piece of a reply, at least 1; all of it if not given. */
  readonly pieceBytes?: (() => number) | undefined;
  /** How much of a request the server takes at once; 65,536 if not given. */
  readonly grantBytes?: number | undefined;
  /** What becomes of the n-th connection; accepted if not given. */
  readonly connect?: ((index: number) => "accept" | "refuse" | "ignore") | undefined;
}

/**
 * The other end of a `ScriptedNetwork` that speaks HTTP: requests go to a handler, replies come
 * back as bytes, cut wherever the test wants. Time is virtual; nothing runs but inside `run`.
 */
export class HttpServer {
  readonly network = new ScriptedNetwork();
  readonly requests: HttpRequest[] = [];
  private readonly options: HttpServerOptions;
  private readonly peers: Peer[] = [];

  constructor(options: HttpServerOptions) {
    this.options = options;
  }

  /** Serves until nothing more would happen, or `maxMs` have passed. */
  run(maxMs = 24 * 3600 * 1000): void {
    const { clock } = this.options;
    const endMs = clock.nowMs() + maxMs;
    for (;;) {
      while (this.serve());
      const delayMs = clock.nextDelayMs;
      if (delayMs === undefined || clock.nowMs() + delayMs > endMs) return;
      clock.advance(delayMs);
    }
  }

  private serve(): boolean {
    for (const socket of this.network.sockets.slice(this.peers.length)) {
      this.peers.push(new Peer(socket));
      this.accept(socket);
    }
    return this.peers.some((peer, index) => this.serveOne(peer, index));
  }

  private accept(socket: ScriptedSocket): void {
    const verdict = this.options.connect?.(this.peers.length - 1) ?? "accept";
    if (verdict === "accept") socket.grant(this.options.grantBytes ?? 65_536);
    if (verdict === "refuse") socket.fail("connection refused");
  }

  /** @returns whether anything happened */
  private serveOne(peer: Peer, socketIndex: number): boolean {
    if (peer.socket.isClosed || peer.isSilent) return false;
    const isFed = peer.takeRequestBytes();
    if (isFed) peer.socket.grant(this.options.grantBytes ?? 65_536);
    const text = peer.nextRequest();
    if (text === undefined) return isFed;
    const request = parseRequest(text, this.requests.length, socketIndex);
    this.requests.push(request);
    const reply = this.options.handler(request);
    if (reply.pace === undefined) this.send(peer, reply);
    else this.sendSlowly(peer, { reply, pace: reply.pace });
    return true;
  }

  private send(peer: Peer, reply: HttpReply): void {
    let at = 0;
    while (at < reply.bytes.length) {
      const count = this.options.pieceBytes?.() ?? reply.bytes.length;
      peer.socket.deliver(reply.bytes.slice(at, at + count));
      at += count;
    }
    this.end(peer, reply);
  }

  private sendSlowly(
    peer: Peer,
    { reply, pace }: { readonly reply: HttpReply; readonly pace: Pace },
  ): void {
    const { clock } = this.options;
    const sendFrom = (at: number): void => {
      if (peer.socket.isClosed) return;
      const end = at + (at === 0 ? pace.firstBytes : pace.pieceBytes);
      peer.socket.deliver(reply.bytes.slice(at, end));
      if (end >= reply.bytes.length) this.end(peer, reply);
      else clock.alarm(pace.everyMs, () => sendFrom(end));
    };
    clock.alarm(pace.delayMs, () => sendFrom(0));
  }

  private end(peer: Peer, reply: HttpReply): void {
    if (reply.ending === "close") peer.socket.fail("closed by the server");
    if (reply.ending === "stall") peer.isSilent = true;
  }
}

class Peer {
  readonly socket: ScriptedSocket;
  isSilent = false;
  private inbox = "";

  constructor(socket: ScriptedSocket) {
    this.socket = socket;
  }

  takeRequestBytes(): boolean {
    const bytes = this.socket.takeWritten();
    this.inbox += Buffer.from(bytes).toString("latin1");
    return bytes.length > 0;
  }

  nextRequest(): string | undefined {
    const end = this.inbox.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const text = this.inbox.slice(0, end + 4);
    this.inbox = this.inbox.slice(end + 4);
    return text;
  }
}

/** @param number of the request, from 0, and of its socket */
export function parseRequest(text: string, number: number, socketIndex: number): HttpRequest {
  const [requestLine = "", ...lines] = text.trimEnd().split("\r\n");
  const match = /^(?:GET|HEAD) (\/[\x21-\x7e]*) HTTP\/1\.1$/.exec(requestLine);
  assert(match !== null, `request line: ${requestLine}`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name = "", value = ""] = /^([\w-]+): ([\x20-\x7e]+)$/.exec(line) ?? [];
    assert(name !== "", `header line: ${line}`);
    headers[name.toLowerCase()] = value;
  }
  const range = /^bytes=(\d+)-(\d+)$/.exec(headers["range"] ?? "");
  return {
    number,
    socketIndex,
    path: match[1] ?? "",
    headers,
    range: range === null ? undefined : { first: Number(range[1]), last: Number(range[2]) },
    text,
  };
}
