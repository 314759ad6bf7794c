import { connect, type Socket as NodeSocket } from "node:net";
import type { Network, Socket, SocketEvents, SocketTarget } from "../../firmware/ports/network.ts";

/** What a write may hold; small, so that callers have to come in several times. */
const grantBytes = 256;

/** The Network port over plain TCP of Node, whatever `security` says: for tests on loopback. */
export const nodeNetwork: Network = {
  open: (target, events) => new TcpSocket(target, events),
};

class TcpSocket implements Socket {
  private readonly stream: NodeSocket;
  private readonly events: SocketEvents;
  private received = Buffer.alloc(0);
  private isOver = false;

  constructor(target: SocketTarget, events: SocketEvents) {
    this.events = events;
    this.stream = connect({ host: target.host, port: target.port });
    this.stream.on("connect", () => this.grant());
    this.stream.on("data", (bytes) => this.receive(bytes));
    this.stream.on("error", (error) => this.end(error.message));
    this.stream.on("close", () => this.end("closed by the peer"));
  }

  read(into: Uint8Array): number {
    const count = this.received.copy(into);
    this.received = this.received.subarray(count);
    return count;
  }

  write(bytes: Uint8Array): void {
    this.stream.write(Buffer.from(bytes), () => this.grant());
  }

  close(): void {
    this.isOver = true;
    this.stream.end();
  }

  private grant(): void {
    if (!this.isOver) this.events.onWritable(grantBytes);
  }

  private receive(bytes: Buffer): void {
    if (this.isOver) return;
    this.received = Buffer.concat([this.received, bytes]);
    this.events.onReadable();
  }

  private end(reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.events.onError(reason);
  }
}
