import type { Socket, SocketEvents } from "../../ports/network.ts";
import type { Engine, EngineSocket, TlsOptions } from "./engine.ts";

/** Room that one `drain` grants: `write` has no bound of its own. */
const GRANT_BYTES = 512;

/**
 * Keeps the callback law of ports/network.ts over Espruino's sockets. Nothing runs inside one of their
 * callbacks, everything in a timer after it: whatever calls a socket there crashes 2v29 while another
 * TLS socket is open, whose loop has lost its network by then.
 */
export class EspruinoSocket implements Socket {
  private readonly engine: Engine;
  private events: SocketEvents | undefined;
  private socket: EngineSocket | undefined;
  /** What came and was not read: at most what arrived since the last turn. */
  private waiting: string[] = [];
  /** Of the first of them, the characters that were read. */
  private taken = 0;

  constructor(engine: Engine, options: TlsOptions, events: SocketEvents) {
    this.engine = engine;
    this.events = events;
    this.later(() => this.connect(options));
  }

  read(into: Uint8Array): number {
    let count = 0;
    while (count < into.byteLength) {
      const first = this.waiting[0];
      if (first === undefined) break;
      const some = Math.min(first.length - this.taken, into.byteLength - count);
      into.set(this.engine.toBytes(first.slice(this.taken, this.taken + some)), count);
      count += some;
      this.taken += some;
      if (this.taken === first.length) {
        this.waiting.shift();
        this.taken = 0;
      }
    }
    return count;
  }

  write(bytes: Uint8Array): void {
    try {
      this.socket?.write(this.engine.toText(bytes));
    } catch (error) {
      this.later(() => this.end(String(error)));
    }
  }

  close(): void {
    this.events = undefined;
    this.waiting = [];
    const { socket } = this;
    this.socket = undefined;
    if (socket !== undefined) this.engine.setTimeout(() => endQuietly(socket), 0);
  }

  /** The callback comes before the handshake: what is written until then waits for it. */
  private connect(options: TlsOptions): void {
    try {
      const grant = (): void => this.later(() => this.events?.onWritable(GRANT_BYTES));
      const socket = this.engine.tls.connect(options, grant);
      this.socket = socket;
      socket.on("drain", grant);
      socket.on("data", (characters) => {
        this.waiting.push(characters);
        this.later(() => this.events?.onReadable());
      });
      socket.on("error", (error) => this.later(() => this.end(messageOf(error))));
      socket.on("close", () => this.later(() => this.end("closed")));
    } catch (error) {
      this.later(() => this.end(String(error)));
    }
  }

  private later(work: () => void): void {
    this.engine.setTimeout(() => {
      if (this.events !== undefined) work();
    }, 0);
  }

  private end(reason: string): void {
    const ended = this.events;
    this.events = undefined;
    ended?.onError(reason);
  }
}

/** It throws on a socket that has ended by itself. */
function endQuietly(socket: EngineSocket): void {
  try {
    socket.end();
  } catch {
    // Nothing is left to close.
  }
}

function messageOf(error: unknown): string {
  const { message } = error as { message?: unknown };
  return String(message ?? error);
}
