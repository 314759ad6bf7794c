import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import Timer from "timer";
import type { Network, Security, Socket, SocketEvents, SocketTarget } from "../../ports/network.ts";

/**
 * A throw inside a socket callback aborts XS, which on a board is a reboot, and the SDK's TLS
 * throws its handshake errors exactly there. So TCP's own callbacks are guarded, below TLS.
 */
class GuardedTcp extends TCP {
  constructor(options: ConstructorParameters<typeof TCP>[0]) {
    const { onReadable, onWritable, onError } = options;
    function guard(callback: ((this: TCP, count: number) => void) | undefined) {
      return function (this: TCP, count: number): void {
        try {
          callback?.call(this, count);
        } catch (error) {
          trace(`tls: ${String(error)}\n`);
          onError?.call(this);
        }
      };
    }
    super({ ...options, onReadable: guard(onReadable), onWritable: guard(onWritable) });
  }
}

/** Keeps the callback law of ports/network.ts over the SDK's TLSSocket. */
class ModdableSocket implements Socket {
  private readonly tls: TLSSocket;
  private events: SocketEvents | undefined;

  constructor(target: SocketTarget, secure: object, events: SocketEvents) {
    this.events = events;
    this.tls = new TLSSocket({
      TCP: { io: GuardedTcp },
      host: target.host,
      port: target.port,
      secure,
      onReadable: () => this.events?.onReadable(),
      onWritable: (byteCount) => this.events?.onWritable(byteCount),
      onError: () => {
        const ended = this.events;
        this.events = undefined;
        ended?.onError("connection ended");
      },
    });
  }

  read(into: Uint8Array): number {
    return this.tls.read(into) ?? 0;
  }

  write(bytes: Uint8Array): void {
    this.tls.write(bytes);
  }

  /** Deferred: the SDK's TLS goes on with the record it is in when a callback returns to it. */
  close(): void {
    this.events = undefined;
    Timer.set(() => this.tls.close(), 0);
  }
}

export class ModdableNetwork implements Network {
  /** TLS options of the SDK (`secure`), one set for each kind of peer. */
  private readonly credentials: Record<Security, object>;

  constructor(credentials: Record<Security, object>) {
    this.credentials = credentials;
  }

  open(target: SocketTarget, events: SocketEvents): Socket {
    return new ModdableSocket(target, this.credentials[target.security], events);
  }
}
