import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { Clock } from "../../firmware/ports/clock.ts";
import type { Network, Socket, SocketEvents, SocketTarget } from "../../firmware/ports/network.ts";

/** The network port on Node's own TLS, with one grant of `grantBytes` after another. */
export class TlsNetwork implements Network {
  /** Where each connection was made to, oldest first. */
  readonly targets: SocketTarget[] = [];
  private readonly options: ConnectionOptions;
  private readonly grantBytes: number;

  /** @param options what a target does not say: CA, address to connect to */
  constructor(options: ConnectionOptions, grantBytes = 1024) {
    this.options = options;
    this.grantBytes = grantBytes;
  }

  open(target: SocketTarget, events: SocketEvents): Socket {
    this.targets.push(target);
    const { host, port } = target;
    const stream = connect({ port, servername: host, ...this.options });
    return new TlsPortSocket(stream, events, this.grantBytes);
  }
}

class TlsPortSocket implements Socket {
  private readonly stream: TLSSocket;
  private received = Buffer.alloc(0);
  private isOver = false;
  private readonly grant: () => void;

  constructor(stream: TLSSocket, events: SocketEvents, grantBytes: number) {
    this.stream = stream;
    const end = (reason: string) => {
      if (this.isOver) return;
      this.isOver = true;
      events.onError(reason);
    };
    this.grant = () => {
      if (!this.isOver) events.onWritable(grantBytes);
    };
    stream.on("secureConnect", this.grant);
    stream.on("data", (bytes) => {
      if (this.isOver) return;
      this.received = Buffer.concat([this.received, bytes]);
      events.onReadable();
    });
    stream.on("error", (error) => end(error.message));
    stream.on("close", () => end("closed"));
  }

  read(into: Uint8Array): number {
    const count = this.received.copy(into);
    this.received = this.received.subarray(count);
    return count;
  }

  write(bytes: Uint8Array): void {
    this.stream.write(bytes.slice(), this.grant);
  }

  close(): void {
    this.isOver = true;
    this.stream.destroy();
  }
}

/** Time as it passes. */
export const realTimeClock: Clock = {
  nowMs: () => performance.now(),
  alarm: (delayMs, onAlarm) => {
    const timer = setTimeout(onAlarm, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};
