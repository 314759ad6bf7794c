import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import type { Clock } from "../ports/clock.ts";
import type { Network, Socket, SocketEvents, SocketTarget } from "../ports/network.ts";
import { type IncomingPacket, type OutgoingPacket, PacketDecoder, PacketEncoder } from "./codec.ts";
import { FrameReader, type FrameResult } from "./frame-reader.ts";
import { OutputQueue } from "./output-queue.ts";

/** Of the output queue, so that there is always room for something else. */
const acknowledgementsMaxBytes = config.mqttOutputBytes / 8;

/**
 * Called from socket callbacks and alarms only; none after `close`, and `onClosed` at most once and
 * last.
 */
export interface ConnectionEvents {
  /** The stream is up and takes bytes. */
  onOpen(): void;
  /** Bytes came in, maybe only a part of a packet. */
  onBytes(): void;
  /** A PUBLISH begins with it; its payload comes in pieces, until `onPublishEnd`. */
  onPacket(packet: IncomingPacket): void;
  /** `piece` may be kept only until this returns. */
  onPayload(piece: Uint8Array): void;
  onPublishEnd(): void;
  /** Room in the output queue again. */
  onDrained(): void;
  onClosed(reason: string): void;
}

export interface ConnectionOptions {
  readonly network: Network;
  readonly clock: Clock;
  readonly target: SocketTarget;
  /** In which it must be made. */
  readonly connectMs: number;
  readonly events: ConnectionEvents;
}

/**
 * One MQTT connection: packets over a socket, from `open` to its end.
 *
 * Memory: the output queue (`config.mqttOutputBytes`) and the 512 bytes of the frame reader.
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
  /** Of the PUBLISH that is coming in: 0 with QoS 0, else to be acknowledged. */
  private messageId = 0;
  private isOpen = false;
  private isClosed = false;

  constructor(options: ConnectionOptions) {
    this.events = options.events;
    this.opening = new Deadline(options.clock);
    this.opening.start(options.connectMs, () => this.fail("cannot connect in time"));
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
      this.readOn();
    } else {
      this.isOpen = true;
      this.opening.cancel();
      this.events.onOpen();
    }
  }

  onReadable(): void {
    if (this.isClosed) return;
    this.events.onBytes();
    this.readOn();
  }

  /**
   * As far as there is room for acknowledgements. A broker that sends but does not read then waits,
   * like anybody whose TCP window is full, and keep-alive finds out whether it will ever read.
   */
  private readOn(): void {
    while (!this.isClosed && this.queue.length() <= acknowledgementsMaxBytes) {
      const result = this.reader.read(this.socket);
      if (result === "none") return;
      this.take(result);
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

  private take(result: Exclude<FrameResult, "none">): void {
    if (result === "payload") this.events.onPayload(this.reader.payload());
    else if (result === "packet") this.receive();
    else if (result === "end") this.endPublish();
    else this.fail(`malformed: ${this.reader.error}`);
  }

  private receive(): void {
    const packet = this.decoder.decode(this.reader.packet());
    if (packet === undefined) {
      this.fail(`malformed: ${this.decoder.error}`);
      return;
    }
    if (packet.cmd === "publish") this.messageId = packet.messageId;
    this.events.onPacket(packet);
  }

  /**
   * Acknowledged before anything is done about the message: one that led to a reset would else come
   * again after each reset. Only when it is whole: the rest of one that broke off would never come.
   */
  private endPublish(): void {
    const { messageId } = this;
    if (messageId !== 0) this.send({ cmd: "puback", messageId });
    this.events.onPublishEnd();
  }
}
