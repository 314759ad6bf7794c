import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import type { Clock } from "../ports/clock.ts";
import type { Network, Socket, SocketEvents, SocketTarget } from "../ports/network.ts";
import { type IncomingPacket, type OutgoingPacket, PacketDecoder, PacketEncoder } from "./codec.ts";
import { FrameReader, type SkippedPublish } from "./frame-reader.ts";
import { OutputQueue } from "./output-queue.ts";

/**
 * Called from socket callbacks and alarms only; none after `close`, and `onClosed` at most once and
 * last.
 */
export interface ConnectionEvents {
  /** The stream is up and takes bytes. */
  onOpen(): void;
  /** Bytes came in, maybe only a part of a packet. */
  onBytes(): void;
  onPacket(packet: IncomingPacket): void;
  onSkipped(skipped: SkippedPublish): void;
  /** Room in the output queue again. */
  onDrained(): void;
  onClosed(reason: string): void;
}

export interface ConnectionOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly target: SocketTarget;
  readonly events: ConnectionEvents;
}

/**
 * One MQTT connection: packets over a socket, from `open` to its end.
 *
 * Memory: the output queue (`config.mqttOutputBytes`), 133 bytes of the frame reader and one
 * received packet at a time.
 */
export class Connection implements SocketEvents {
  private readonly events: ConnectionEvents;
  private readonly reader = new FrameReader();
  private readonly decoder = new PacketDecoder();
  private readonly queue = new OutputQueue(config.mqttOutputBytes);
  private readonly encoder = new PacketEncoder(this.queue);
  private readonly opening: Deadline;
  private readonly socket: Socket;
  private grantedBytes = 0;
  private isOpen = false;
  private isClosed = false;

  constructor(options: ConnectionOptions) {
    this.events = options.events;
    this.opening = new Deadline(options.clock);
    this.opening.start(config.connectTimeoutMs, () => this.fail("cannot connect in time"));
    this.socket = options.network.open(options.target, this);
  }

  /** @returns false if there is no room in the output queue; nothing is sent then */
  send(packet: OutgoingPacket): boolean {
    if (this.isClosed || !this.encoder.encode(packet)) return false;
    this.flush();
    return true;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.opening.cancel();
    this.queue.clear();
    this.socket.close();
  }

  /** Closes and says so. For callers inside a socket callback or an alarm. */
  fail(reason: string): void {
    if (this.isClosed) return;
    this.close();
    this.events.onClosed(reason);
  }

  onWritable(byteCount: number): void {
    if (this.isClosed) return;
    this.grantedBytes = byteCount;
    this.flush();
    if (this.isOpen) {
      this.events.onDrained();
    } else {
      this.isOpen = true;
      this.opening.cancel();
      this.events.onOpen();
    }
  }

  onReadable(): void {
    if (this.isClosed) return;
    this.events.onBytes();
    while (!this.isClosed) {
      const result = this.reader.read(this.socket);
      if (result === "none") return;
      if (result === "frame") this.receive();
      else if (result === "malformed") this.fail(`malformed: ${this.reader.error}`);
      else this.skip();
    }
  }

  onError(reason: string): void {
    this.fail(reason);
  }

  private flush(): void {
    const bytes = this.queue.peek(this.grantedBytes);
    if (bytes.length === 0) return;
    this.grantedBytes -= bytes.length;
    this.socket.write(bytes);
    this.queue.drop(bytes.length);
  }

  private receive(): void {
    const packet = this.decoder.decode(this.reader.takeFrame());
    if (packet === undefined) {
      this.fail(`malformed: ${this.decoder.error}`);
      return;
    }
    if (packet.cmd === "publish" && !this.acknowledge(packet.messageId)) return;
    this.events.onPacket(packet);
  }

  private skip(): void {
    const skipped = this.reader.skipped;
    // Acknowledged although lost: the broker would otherwise send it again for ever.
    if (skipped === undefined || !this.acknowledge(skipped.messageId)) return;
    this.events.onSkipped(skipped);
  }

  /**
   * Before the packet is passed on: one that led to a reset would else come again after each reset.
   * A broker that sends but does not read fills our queue; then the connection is given up, and the
   * broker repeats the packet on the next one.
   */
  private acknowledge(messageId: number): boolean {
    if (messageId === 0 || this.send({ cmd: "puback", messageId })) return true;
    this.fail("output queue is full");
    return false;
  }
}
