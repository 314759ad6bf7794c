import { type SocketSecurity, securities } from "../connect.ts";
import { ByteQueue } from "../virtual/byte-queue.ts";
import { encodeFrame, type FrameName, PAYLOAD_MAX_BYTES } from "../virtual/link.ts";

const SOCKET_COUNT = 4;
/** Of a socket: what the rig may send before more credit. */
const RECEIVE_BYTES = 2048;
/** Credit goes back in portions of at least this, or when all has been read. */
const CREDIT_PORTION_BYTES = RECEIVE_BYTES / 4;

export interface BoardSocketEvents {
  onWritable(byteCount: number): void;
  onReadable(byteCount: number): void;
  onError(): void;
}

type Send = (frame: Buffer) => void;

/** The board's side of the sockets that the rig holds (docs/virtual-tracker.md, "The link"). */
export class BoardSockets {
  private readonly send: Send;
  private readonly open = new Map<number, BoardSocket>();
  private nextChannel = 0;

  constructor(send: Send) {
    this.send = send;
  }

  /** @throws RangeError when four are open */
  connect(
    target: { security: SocketSecurity; host: string; port: number },
    events: BoardSocketEvents,
  ): BoardSocket {
    if (this.open.size === SOCKET_COUNT) throw new RangeError("out of sockets");
    while (this.open.has(this.nextChannel)) this.nextChannel = (this.nextChannel + 1) & 0xff;
    const channel = this.nextChannel;
    // Numbers go round, so that a late frame for a closed socket cannot meet a new one.
    this.nextChannel = (channel + 1) & 0xff;
    const { security, host, port } = target;
    const head = Buffer.from([securities.indexOf(security), port & 0xff, port >> 8]);
    const payload = Buffer.concat([head, Buffer.from(host)]);
    const socket = new BoardSocket({
      events,
      sendFrame: (name, bytes) => this.send(encodeFrame({ name, channel, payload: bytes })),
      onClose: () => this.open.delete(channel),
    });
    this.open.set(channel, socket);
    this.send(encodeFrame({ name: "OPEN", channel, payload }));
    return socket;
  }

  /** A frame for a socket; late ones, for sockets that are closed, are dropped. */
  take(name: FrameName, channel: number, payload: Uint8Array): void {
    const socket = this.open.get(channel);
    const bytes = Buffer.from(payload);
    if (socket === undefined) return;
    if (name === "OPENED") socket.takeOpened(bytes.readUInt16LE(0));
    else if (name === "RIG_CREDIT") socket.takeCredit(bytes.readUInt16LE(0));
    else if (name === "DATA") socket.takeData(bytes);
    else if (name === "ERROR") socket.takeError();
  }
}

interface BoardSocketOptions {
  readonly events: BoardSocketEvents;
  readonly sendFrame: (name: FrameName, payload: Uint8Array) => void;
  readonly onClose: () => void;
}

/** One of them. Its events run from the event loop, never inside a call of the script's. */
export class BoardSocket {
  private readonly options: BoardSocketOptions;
  private state: "opening" | "connected" | "failed" | "closed" = "opening";
  private readonly received = new ByteQueue();
  private writable = 0;
  /** Read, but not yet given back to the rig. */
  private owedCredit = 0;
  private isFailureTold = false;

  constructor(options: BoardSocketOptions) {
    this.options = options;
  }

  get readableBytes(): number {
    return this.received.byteLength;
  }

  /** @returns how many bytes were read: at most what `into` holds */
  read(into: Uint8Array): number {
    let count = 0;
    while (count < into.byteLength) {
      const piece = this.received.take(into.byteLength - count);
      if (piece === undefined) break;
      into.set(piece, count);
      count += piece.byteLength;
    }
    this.returnCredit(count);
    if (this.state === "failed") setImmediate(() => this.tellFailure());
    return count;
  }

  /** @returns bytes that may still be written. @throws Error "would block" beyond what was granted */
  write(bytes: Uint8Array): number {
    if (this.state !== "connected") throw new Error("not connected");
    if (bytes.byteLength > this.writable) throw new Error("would block");
    this.writable -= bytes.byteLength;
    for (let start = 0; start < bytes.byteLength; start += PAYLOAD_MAX_BYTES) {
      this.options.sendFrame("SEND", bytes.subarray(start, start + PAYLOAD_MAX_BYTES));
    }
    return this.writable;
  }

  close(): void {
    if (this.state === "closed") return;
    if (this.state !== "failed") this.options.sendFrame("CLOSE", new Uint8Array(0));
    this.state = "closed";
    this.options.onClose();
  }

  takeOpened(byteCount: number): void {
    if (this.state !== "opening") return;
    this.state = "connected";
    this.takeCredit(byteCount);
  }

  takeCredit(byteCount: number): void {
    if (this.state !== "connected") return;
    this.writable += byteCount;
    this.options.events.onWritable(this.writable);
  }

  takeData(bytes: Buffer): void {
    if (this.state !== "connected") return;
    this.received.push(bytes);
    this.options.events.onReadable(this.received.byteLength);
  }

  takeError(): void {
    this.state = "failed";
    this.writable = 0;
    this.tellFailure();
  }

  /** Once, and after the last byte was read. */
  private tellFailure(): void {
    if (this.state !== "failed" || this.isFailureTold || this.received.byteLength > 0) return;
    this.isFailureTold = true;
    this.options.events.onError();
  }

  private returnCredit(byteCount: number): void {
    this.owedCredit += byteCount;
    if (this.state !== "connected" || this.owedCredit === 0) return;
    if (this.owedCredit < CREDIT_PORTION_BYTES && this.received.byteLength > 0) return;
    const payload = Buffer.alloc(2);
    payload.writeUInt16LE(this.owedCredit);
    this.owedCredit = 0;
    this.options.sendFrame("BOARD_CREDIT", payload);
  }
}
