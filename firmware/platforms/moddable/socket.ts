import TCP from "embedded:io/socket/tcp";
import Timer from "timer";
import { config } from "../../config.ts";
import type { Socket, SocketEvents } from "../../ports/network.ts";
import { printable } from "../../printable.ts";
import { newTlsSocket, type TlsSocket } from "./tls-socket.ts";

/**
 * A throw inside a socket callback aborts XS, which on a board is a reboot, and the SDK's TLS
 * throws what a peer does wrong exactly there. So TCP's own callbacks are guarded, below TLS.
 */
class GuardedTcp extends TCP {
  /** Bytes not yet read: TLSSocket keeps this count. */
  declare readable: number | undefined;
  private isBroken = false;

  constructor(options: ConstructorParameters<typeof TCP>[0]) {
    const { onReadable, onWritable, onError } = options;
    function guard(callback: ((this: TCP, count: number) => void) | undefined) {
      return function (this: TCP, count: number): void {
        const tcp = this as GuardedTcp;
        if (tcp.isBroken) return;
        try {
          callback?.call(tcp, count);
        } catch (error) {
          trace(`${printable(`tls: ${String(error)}`, config.logLineMaxChars)}\n`);
          tcp.isBroken = true;
          // Else TLSSocket's timer, if it runs by now, would stumble over the next record.
          tcp.readable = 0;
          onError?.call(tcp);
        }
      };
    }
    /** TLSSocket takes one record a call; with more it goes on from a timer, out of this guard. */
    function takeAll(this: TCP, count: number): void {
      let left = count;
      let before: number;
      do {
        before = left;
        onReadable?.call(this, before);
        left = (this as GuardedTcp).readable ?? 0;
      } while (left > 0 && left < before);
    }
    super({ ...options, onReadable: guard(takeAll), onWritable: guard(onWritable) });
  }
}

/** Keeps the callback law of ports/network.ts over the SDK's TLSSocket. */
export class ModdableSocket implements Socket {
  private tls: TlsSocket | undefined;
  private events: SocketEvents | undefined;

  constructor(events: SocketEvents) {
    this.events = events;
  }

  get isClosed(): boolean {
    return this.events === undefined;
  }

  /**
   * @param peer `address`: IPv4, for TCP of the SDK, which resolves no names
   * @param secure TLS options of the SDK, or what tells a modem which credentials to use
   */
  connect(peer: { host: string; port: number; address?: string }, secure: object): void {
    // Made once: a function for each event is the larger part of a download's garbage.
    const readable = (): void => this.events?.onReadable();
    try {
      this.tls = newTlsSocket({
        ...peer,
        TCP: { io: GuardedTcp },
        secure,
        onReadable: () => asOurOwn(readable),
        onWritable: (byteCount) => asOurOwn(() => this.events?.onWritable(byteCount)),
        onError: () => asOurOwn(() => this.end("connection ended")),
      });
    } catch (error) {
      this.fail(String(error));
    }
  }

  /** Tells of a failure, but not from inside the caller's call. */
  fail(reason: string): void {
    Timer.set(() => this.end(reason), 0);
  }

  read(into: Uint8Array): number {
    return this.tls?.read(into) ?? 0;
  }

  /** Throws nothing: TCP of the SDK throws on a stream whose end it has not told of yet. */
  write(bytes: Uint8Array): void {
    try {
      this.tls?.write(bytes);
    } catch (error) {
      this.fail(String(error));
    }
  }

  /** Deferred: the SDK's TLS goes on with the record it is in when a callback returns to it. */
  close(): void {
    this.events = undefined;
    Timer.set(() => this.tls?.close(), 0);
  }

  private end(reason: string): void {
    const ended = this.events;
    this.events = undefined;
    ended?.onError(reason);
  }
}

/** A bug of ours stays one: it is thrown where no guard against a peer's mistakes catches it. */
function asOurOwn(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    Timer.set(() => {
      throw error;
    }, 0);
  }
}
