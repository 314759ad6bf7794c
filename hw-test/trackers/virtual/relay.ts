import type { Socket } from "node:net";
import {
  type ConnectOptions,
  connect,
  connectionReason,
  setupRoundTrips,
  type Target,
} from "../connect.ts";
import type { Air, Timing } from "./air.ts";
import { ByteQueue } from "./byte-queue.ts";
import { LinkError, PAYLOAD_MAX_BYTES } from "./link.ts";
import { Pieces } from "./pieces.ts";
import type { StreamEnd, StreamFaults } from "./stream-faults.ts";

/** What the board's receive buffer takes before its first CREDIT (docs/virtual-tracker.md). */
const BOARD_BUFFER_BYTES = 2048;
/** The board may send this much ahead of what the server's socket has taken. */
const SEND_WINDOW_BYTES = 4096;
/** On the air and in the modem at once; 8 KiB a round trip is above LTE-M's 3.75 KB. */
const RECEIVE_WINDOW_BYTES = 8192;
/** Bytes of one segment: the usual TCP segment on a cellular link. */
const SEGMENT_BYTES = 1360;

export interface RelayEvents {
  onOpened(sendWindowBytes: number): void;
  /** At most 2048 bytes, never more than was credited. */
  onData(bytes: Uint8Array): void;
  onCredit(byteCount: number): void;
  /** The last event. */
  onError(reason: string): void;
}

export interface RelayOptions {
  readonly target: Target;
  readonly connect: ConnectOptions;
  readonly up: Air;
  readonly down: Air;
  readonly timing: Timing;
  readonly faults: StreamFaults | undefined;
  /** Bytes of a DATA frame, where the board gets them in whole pieces. */
  readonly pieceBytes: number | undefined;
  readonly events: RelayEvents;
}

/**
 * One offloaded socket: the server's side is a socket of Node's, the tracker's side is frames, the
 * air is in between.
 */
export class Relay {
  private readonly options: RelayOptions;
  private readonly socket: Socket | undefined;
  private state: "opening" | "open" | "stalled" | "over" = "opening";
  /** Read from the server and not yet on the air. */
  private readonly waiting = new ByteQueue();
  /** Across the air and not yet with the board. */
  private readonly received: Pieces;
  /** On the air or in `received`. */
  private windowUsedBytes = 0;
  private boardCreditBytes = BOARD_BUFFER_BYTES;
  private sendCreditBytes = SEND_WINDOW_BYTES;
  /** Why the server's side has ended; told to the board after the last byte. */
  private endReason: string | undefined;
  private endArrived = false;

  constructor(options: RelayOptions) {
    this.options = options;
    const { pieceBytes, timing } = options;
    this.received = new Pieces({ pieceBytes, timing, onLate: () => this.deliver() });
    const connection = connect(options.target, options.connect);
    if (connection === undefined) {
      // Not from inside the constructor: whoever makes a relay needs to keep it first.
      queueMicrotask(() => this.fail(`cannot resolve ${options.target.host}`));
      return;
    }
    this.socket = connection.socket;
    connection.socket.setNoDelay(true);
    connection.socket.once(connection.upEvent, () => this.connected());
    connection.socket.on("data", (chunk: Buffer) => this.takeIn(chunk));
    connection.socket.on("end", () => this.peerEnded("closed by the peer"));
    connection.socket.on("error", (error) => this.peerEnded(connectionReason(error)));
    connection.socket.on("close", () => this.peerEnded("connection closed"));
  }

  /** Bytes from the board for the server. */
  send(bytes: Uint8Array): void {
    if (this.state === "opening") throw new LinkError("SEND before OPENED");
    this.sendCreditBytes -= bytes.byteLength;
    if (this.sendCreditBytes < 0) throw new LinkError("SEND beyond the credit");
    this.options.up.carry(bytes.byteLength, () => {
      if (this.socket?.writable !== true) return;
      this.socket.write(bytes, (error) => {
        if (error || this.state === "over") return;
        this.sendCreditBytes += bytes.byteLength;
        this.options.events.onCredit(bytes.byteLength);
      });
    });
  }

  /** The board has room for `byteCount` bytes more. */
  credit(byteCount: number): void {
    this.boardCreditBytes += byteCount;
    if (this.boardCreditBytes > 0xffff) throw new LinkError("CREDIT beyond any buffer");
    this.deliver();
  }

  /** The board has closed: no more events; what it sent before still goes out. */
  close(): void {
    const opened = this.state !== "opening";
    this.state = "over";
    if (opened) this.options.up.carry(0, () => this.socket?.destroySoon());
    else this.socket?.destroy();
  }

  /** The board has lost its power: no more events, and the server is told nothing. */
  abandon(): void {
    this.state = "over";
    this.socket?.pause();
  }

  destroy(): void {
    this.state = "over";
    this.socket?.destroy();
  }

  private connected(): void {
    const { target, timing, up, events } = this.options;
    const trips = setupRoundTrips(target.security);
    timing.after(trips * up.profile.roundTripMs, () => {
      if (this.state !== "opening") return;
      this.state = "open";
      events.onOpened(SEND_WINDOW_BYTES);
      this.deliver();
    });
  }

  private takeIn(chunk: Buffer): void {
    this.socket?.pause();
    this.waiting.push(chunk);
    this.pump();
  }

  private peerEnded(reason: string): void {
    if (this.endReason !== undefined || this.state === "over") return;
    this.endReason = reason;
    this.pump();
  }

  /** Puts on the air what the window has room for. */
  private pump(): void {
    while (this.state !== "over") {
      const room = RECEIVE_WINDOW_BYTES - this.windowUsedBytes;
      const segment = this.waiting.take(Math.min(room, SEGMENT_BYTES));
      if (segment === undefined) break;
      this.windowUsedBytes += segment.byteLength;
      this.options.down.carry(segment.byteLength, () => {
        this.received.push(segment);
        this.deliver();
      });
    }
    if (this.waiting.byteLength > 0 || this.state === "over") return;
    if (this.endReason === undefined) {
      this.socket?.resume();
    } else if (!this.endArrived) {
      this.options.down.carry(0, () => {
        this.endArrived = true;
        this.deliver();
      });
    }
  }

  /** Hands the board what it has credit for, then the end if that is next. */
  private deliver(): void {
    while (this.state === "open") {
      const most = Math.min(this.boardCreditBytes, PAYLOAD_MAX_BYTES);
      const piece = this.received.take(most);
      if (piece === undefined) break;
      this.windowUsedBytes -= piece.byteLength;
      this.handOver(piece);
    }
    if (this.endArrived && this.received.byteLength === 0 && this.state !== "stalled") {
      this.fail(this.endReason ?? "connection closed");
    } else if (this.state === "open" && !this.endArrived) {
      this.pump();
    }
  }

  private handOver(piece: Buffer): void {
    const { bytes, end } = this.options.faults?.pass(piece) ?? { bytes: piece, end: undefined };
    if (bytes.byteLength > 0) {
      this.boardCreditBytes -= bytes.byteLength;
      this.options.events.onData(bytes);
    }
    if (end !== undefined) this.break(end);
  }

  /** The connection is lost now, or its server says no more. */
  break(end: StreamEnd): void {
    if (end === "drop") this.fail("connection lost");
    else if (this.state !== "over") this.state = "stalled";
  }

  private fail(reason: string): void {
    if (this.state === "over") return;
    this.state = "over";
    this.socket?.destroy();
    this.options.events.onError(reason);
  }
}
