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
  private readonly events: SocketEvents;
  private hasFailed = false;
  private granted = 0;
  private received = new Uint8Array(0);
  private written: Uint8Array[] = [];

  constructor(target: SocketTarget, events: SocketEvents) {
    this.target = target;
    this.events = events;
  }

  read(into: Uint8Array): number {
    this.assertUsable("read");
    const count = Math.min(into.length, this.received.length, this.readMax);
    into.set(this.received.subarray(0, count));
    this.received = this.received.slice(count);
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
    const all = new Uint8Array(this.received.length + bytes.length);
    all.set(this.received);
    all.set(bytes, this.received.length);
    this.received = all;
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

  /** Bytes delivered and not yet read. */
  get unreadBytes(): number {
    return this.received.length;
  }

  private assertUsable(verb: string): void {
    assert(!this.isClosed, `${verb} after close`);
    assert(!this.hasFailed, `${verb} after onError`);
  }
}
