import assert from "node:assert/strict";
import type { Network, Socket, SocketEvents, SocketTarget } from "../../firmware/ports/network.ts";

/**
 * A network whose other end is the test: it grants, delivers and fails by hand, and holds the user
 * to the rules of `ports/network.ts`.
 */
export class ScriptedNetwork implements Network {
  /** Every socket that was opened, oldest first. */
  readonly sockets: ScriptedSocket[] = [];

  open(target: SocketTarget, events: SocketEvents): Socket {
    const socket = new ScriptedSocket(target, events);
    this.sockets.push(socket);
    return socket;
  }

  /** The latest socket. */
  get socket(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    assert(socket !== undefined, "nothing was opened");
    return socket;
  }
}

export class ScriptedSocket implements Socket {
  readonly target: SocketTarget;
  isClosed = false;
  /** Most bytes one `read` gives, to cut the stream where a test wants it. */
  readMax = Number.POSITIVE_INFINITY;
  /** Bytes delivered and not yet read. */
  unreadBytes = 0;
  private readonly events: SocketEvents;
  private hasFailed = false;
  private granted = 0;
  /** As they were delivered; of the first, what has been read is gone. */
  private received: Uint8Array[] = [];
  private written: Uint8Array[] = [];

  constructor(target: SocketTarget, events: SocketEvents) {
    this.target = target;
    this.events = events;
  }

  read(into: Uint8Array): number {
    this.assertUsable("read");
    const chunk = this.received.shift();
    if (chunk === undefined) return 0;
    const count = Math.min(into.length, chunk.length, this.readMax);
    into.set(chunk.subarray(0, count));
    if (count < chunk.length) this.received.unshift(chunk.subarray(count));
    this.unreadBytes -= count;
    return count;
  }

  write(bytes: Uint8Array): void {
    this.assertUsable("write");
    assert(bytes.length <= this.granted, `${bytes.length} written, ${this.granted} granted`);
    this.granted -= bytes.length;
    this.written.push(bytes.slice());
  }

  close(): void {
    assert(!this.isClosed, "closed twice");
    this.isClosed = true;
  }

  /** The peer takes `byteCount` bytes. The first time it means: connected. */
  grant(byteCount: number): void {
    if (this.isClosed) return;
    this.granted = byteCount;
    this.events.onWritable(byteCount);
  }

  /** Bytes come in; they are dropped if the user has closed. */
  deliver(bytes: Uint8Array): void {
    if (this.isClosed) return;
    if (bytes.length > 0) this.received.push(bytes.slice());
    this.unreadBytes += bytes.length;
    this.events.onReadable();
  }

  fail(reason: string): void {
    if (this.isClosed) return;
    this.hasFailed = true;
    this.events.onError(reason);
  }

  /** What was written since the last call. */
  takeWritten(): Uint8Array {
    const bytes = new Uint8Array(Buffer.concat(this.written));
    this.written = [];
    return bytes;
  }

  private assertUsable(verb: string): void {
    assert(!this.isClosed, `${verb} after close`);
    assert(!this.hasFailed, `${verb} after onError`);
  }
}
