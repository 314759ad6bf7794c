import { assert } from "../assert.ts";
import { attempt, type Failure } from "../failure.ts";
import type { LinkTimes } from "../link-times.ts";
import type { Clock } from "../ports/clock.ts";
import type { Network, Socket, SocketEvents } from "../ports/network.ts";
import type { FileLocation } from "../url.ts";
import { encodeUtf8Into } from "../utf8.ts";
import { Body } from "./body.ts";
import { unknown } from "./header-values.ts";
import { malformed, OddAnswer } from "./odd-answer.ts";
import { ResponseHead } from "./response-head.ts";
import { Watch } from "./watch.ts";

/** How far a connection had come: never up, up and without a byte of a body, or farther. */
export type Reach = "none" | "silence" | "body";

/** What happens on a connection. Each may call `send`, `close` and `open`. */
export interface ConnectionEvents {
  /** TLS is up: a request may be sent. */
  onConnected(): void;
  /**
   * A response begins, sound or with a `fault`. If its body is wanted, `expectBody` is called in here,
   * else `close`.
   */
  onHead(head: ResponseHead): void;
  /**
   * `bytes[0..length)` of the body. May throw a Failure.
   * @returns false if they have to stay: nothing more happens, not even a loss, until `resume`;
   *   else they are good during this call only
   */
  onBody(bytes: Uint8Array, length: number): boolean;
  onBodyEnd(): void;
  /** Ended by the peer, by a failure or by a time-out; closed already. */
  onLost(reason: string, reach: Reach): void;
  /** Ended because the server trickles (watch.ts); closed already. */
  onTooSlow(): void;
  /** The response is no good (OddAnswer), or a handler above has thrown this; closed already. */
  onFailed(failure: Failure): void;
}

export interface ConnectionOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly times: LinkTimes;
  /** Every received byte passes through it. */
  readonly buffer: Uint8Array;
  readonly events: ConnectionEvents;
}

type Phase = "closed" | "connecting" | "idle" | "head" | "body";

/**
 * An HTTP/1.1 client connection: one request under way at a time, one socket at a time, used again
 * for each. Holds no bytes: what a socket has is read, parsed and handed on in one callback.
 */
export class Connection {
  /** Bytes read from sockets so far, heads and framing included. */
  receivedBytes = 0;

  private readonly options: ConnectionOptions;
  private readonly socketEvents: SocketEvents;
  private readonly head = new ResponseHead();
  private readonly body = new Body();
  private readonly watch: Watch;
  private socket: Socket | undefined;
  private phase: Phase = "closed";
  private reach: Reach = "none";
  /** The part of the request that waits for a grant of `onWritable`. */
  private request = "";
  private writableBytes = 0;
  /** The buffer's bytes are in use, and where its unparsed rest lies. */
  private isHeld = false;
  private heldFrom = 0;
  private heldTo = 0;
  /** What ended the connection meanwhile. */
  private heldLoss = "";

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.watch = new Watch(options.clock, options.times, {
      onLost: (reason) => this.lose(reason),
      onTooSlow: () => {
        this.close();
        options.events.onTooSlow();
      },
    });
    this.socketEvents = {
      onWritable: (byteCount) => this.writable(byteCount),
      onReadable: () => attempt(this.receive, this.failed),
      onError: (reason) => {
        if (this.isHeld) this.loseLater(reason);
        else this.lose(reason);
      },
    };
  }

  open(target: FileLocation): void {
    assert(this.phase === "closed", "one socket at a time");
    this.phase = "connecting";
    this.reach = "none";
    this.watch.connecting();
    // `files`: whatever host a job names, it sees no credential of ours.
    const address = { host: target.host, port: target.port, security: "files" } as const;
    this.socket = this.options.network.open(address, this.socketEvents);
  }

  /** @param request ASCII, complete */
  send(request: string): void {
    assert(this.phase === "idle", "one request at a time");
    this.phase = "head";
    this.reach = "silence";
    this.head.reset();
    this.request = request;
    this.write();
  }

  /**
   * The body of the response whose head was just told is to be delivered.
   * @param byteLength of it where its head does not say: then the connection ends with it
   */
  expectBody(byteLength: number): void {
    assert(this.phase === "idle", "a body follows its head");
    const { chunked, contentLength } = this.head;
    if (chunked) this.body.beginChunked();
    else this.body.begin(contentLength === unknown ? byteLength : contentLength);
    this.phase = "body";
  }

  /** After an `onBody` that said false: goes on with what the buffer still has. */
  resume(): void {
    if (this.isHeld) attempt(this.goOn, this.failed);
  }

  /** Harmless when closed. No event follows. */
  close(): void {
    const socket = this.socket;
    this.socket = undefined;
    this.phase = "closed";
    this.request = "";
    this.writableBytes = 0;
    this.isHeld = false;
    this.heldLoss = "";
    this.watch.cancel();
    if (socket !== undefined) socket.close();
  }

  private writable(byteCount: number): void {
    this.writableBytes = byteCount;
    if (this.phase !== "connecting") {
      this.write();
      return;
    }
    this.phase = "idle";
    this.watch.connected();
    this.options.events.onConnected();
  }

  /** Through the receive buffer, which is free whenever this runs. */
  private write(): void {
    const buffer = this.options.buffer;
    while (this.request.length > 0 && this.writableBytes > 0 && this.socket !== undefined) {
      const count = Math.min(this.request.length, this.writableBytes, buffer.length);
      // It is printable ASCII: a byte for each unit (isUsable of url.ts).
      encodeUtf8Into(this.request.slice(0, count), buffer, 0);
      this.socket.write(buffer.subarray(0, count));
      this.request = this.request.slice(count);
      this.writableBytes -= count;
    }
  }

  private readonly receive = (): void => {
    const socket = this.socket;
    // A handler may close the connection, and open it again.
    while (socket !== undefined && this.socket === socket && !this.isHeld) {
      const length = socket.read(this.options.buffer);
      if (length === 0) return;
      this.receivedBytes += length;
      this.watch.heard();
      this.parse(socket, 0, length);
    }
  };

  private readonly goOn = (): void => {
    const { socket, heldLoss } = this;
    this.isHeld = false;
    this.watch.connected();
    if (this.body.ended) this.endBody(this.heldTo - this.heldFrom);
    if (socket === undefined || this.socket !== socket) return;
    this.parse(socket, this.heldFrom, this.heldTo);
    if (heldLoss === "") this.receive();
    else if (this.socket === socket && !this.isHeld) this.lose(heldLoss);
  };

  private readonly failed = (failure: Failure): void => {
    this.close();
    this.options.events.onFailed(failure);
  };

  private parse(socket: Socket, from: number, to: number): void {
    let at = from;
    while (at < to && this.socket === socket && !this.isHeld) {
      if (this.phase === "head") at = this.parseHead(at, to);
      else if (this.phase === "body") at = this.parseBody(at, to);
      else throw malformed("bytes that were not asked for");
    }
    this.heldFrom = at;
    this.heldTo = to;
  }

  /** The status is judged first: a head that is not sound tells it nevertheless. */
  private parseHead(from: number, to: number): number {
    const { head } = this;
    let at = to;
    try {
      at = head.read(this.options.buffer, from, to);
    } catch (error) {
      if (!(error instanceof OddAnswer) || !head.spoil(error)) throw error;
    }
    if (head.complete || head.fault !== undefined) {
      this.phase = "idle";
      this.options.events.onHead(head);
    }
    return at;
  }

  private parseBody(from: number, to: number): number {
    const body = this.body;
    const at = body.read(this.options.buffer, from, to);
    if (body.dataLength > 0) this.deliver(body.dataFrom, body.dataLength);
    if (body.ended && this.phase === "body" && !this.isHeld) this.endBody(to - at);
    return at;
  }

  /** Moved to the start of the buffer: only what is parsed already gets overwritten. */
  private deliver(from: number, length: number): void {
    const buffer = this.options.buffer;
    if (from > 0) buffer.copyWithin(0, from, from + length);
    this.reach = "body";
    this.watch.noteBody(length);
    const { socket } = this;
    // The handler may have closed the connection.
    if (this.options.events.onBody(buffer, length) || this.socket !== socket) return;
    this.isHeld = true;
    // While it is not read, the server is not to blame.
    this.watch.cancel();
  }

  /**
   * Bytes beyond the body are no answer to a request that is sent only now, and nothing after them
   * can be trusted: TLS rules out that the link made them.
   */
  private endBody(surplusBytes: number): void {
    const socket = this.socket;
    this.phase = "idle";
    this.options.events.onBodyEnd();
    if (surplusBytes > 0 && this.socket === socket) throw malformed("body longer than announced");
  }

  private loseLater(reason: string): void {
    this.heldLoss = reason;
    // Nothing can be sent any more.
    this.writableBytes = 0;
  }

  private lose(reason: string): void {
    const { reach } = this;
    this.close();
    this.options.events.onLost(reason, reach);
  }
}
