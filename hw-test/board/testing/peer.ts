import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";

/** Frame types (docs/virtual-tracker.md, "The link"). */
export const frameType = Object.freeze({
  open: 0x01,
  send: 0x02,
  close: 0x03,
  creditToBoard: 0x04,
  flashOp: 0x10,
  event: 0x11,
  opened: 0x81,
  data: 0x82,
  error: 0x83,
  creditToRig: 0x84,
  flashGo: 0x90,
  input: 0x91,
  stop: 0x92,
});

/** A cycle of these tests takes milliseconds; one that takes this long waits for ever. */
const HUNG_MS = 20_000;

export interface Frame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Uint8Array;
}

export interface FlashOperation {
  readonly kind: "erase" | "write";
  readonly address: number;
  readonly byteLength: number;
  /** 0-based, over this power cycle. */
  readonly index: number;
}

export type Verdict = "proceed" | "before" | "after" | { readonly insideBytes: number };

export interface CycleOptions {
  readonly arguments?: readonly string[];
  /** "silence": the board gets no answer. */
  readonly onFlash?: (operation: FlashOperation, peer: Peer) => Verdict | "silence";
  /** Every other frame of the board's. */
  readonly onFrame?: (frame: Frame, peer: Peer) => void;
  /** A line of the console. */
  readonly onLine?: (line: string, peer: Peer) => void;
  /** Sends STOP once this line has come. */
  readonly stopAt?: string;
}

export interface Cycle {
  readonly exitCode: number | null;
  readonly lines: readonly string[];
  readonly events: readonly Record<string, unknown>[];
  readonly errors: string;
  readonly operations: number;
}

/** The rig's end of the link, at its barest. */
export class Peer {
  private readonly stream: Duplex;
  private readonly onFrame: (frame: Frame) => void;
  private received = Buffer.alloc(0);

  constructor(stream: Duplex, onFrame: (frame: Frame) => void) {
    this.stream = stream;
    this.onFrame = onFrame;
    stream.on("data", (bytes: Buffer) => this.take(bytes));
    stream.on("error", () => undefined); // the board is gone; its exit code says why
  }

  send(type: number, channel = 0, payload: Uint8Array = new Uint8Array()): void {
    const head = Buffer.from([type, channel, payload.length & 0xff, payload.length >> 8]);
    this.stream.write(Buffer.concat([head, payload]));
  }

  sendU16(type: number, channel: number, value: number): void {
    this.send(type, channel, Uint8Array.of(value & 0xff, value >> 8));
  }

  sendRaw(bytes: Uint8Array): void {
    this.stream.write(bytes);
  }

  stop(): void {
    this.send(frameType.stop);
  }

  hangUp(): void {
    this.stream.destroy();
  }

  private take(bytes: Buffer): void {
    this.received = Buffer.concat([this.received, bytes]);
    while (this.received.length >= 4) {
      const end = 4 + this.received.readUInt16LE(2);
      if (this.received.length < end) return;
      const frame = this.received.subarray(0, end);
      this.received = this.received.subarray(end);
      this.onFrame({ type: frame[0] ?? 0, channel: frame[1] ?? 0, payload: frame.subarray(4) });
    }
  }
}

/** Runs the board from power-on until it exits. */
export function powerCycle(
  program: string,
  flashPath: string,
  options: CycleOptions = {},
): Promise<Cycle> {
  const words = ["run", flashPath, ...(options.arguments ?? [])];
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const record = { lines: [] as string[], events: [] as Record<string, unknown>[], errors: "" };
  let operations = 0;
  const peer = new Peer(child.stdio[3] as Duplex, (frame) => {
    if (frame.type === frameType.flashOp) {
      const operation = decodeOperation(frame.payload, operations++);
      const verdict = options.onFlash?.(operation, peer) ?? "proceed";
      if (verdict !== "silence") peer.send(frameType.flashGo, 0, encodeVerdict(verdict));
    } else if (frame.type === frameType.event)
      record.events.push(JSON.parse(Buffer.from(frame.payload).toString()));
    else options.onFrame?.(frame, peer);
  });
  collectLines(child, (line) => {
    record.lines.push(line);
    options.onLine?.(line, peer);
    if (line === options.stopAt) peer.stop();
  });
  child.stderr?.on("data", (bytes: Buffer) => {
    record.errors += bytes.toString();
  });
  return new Promise((resolve, reject) => {
    const hung = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the board does not end; it said:\n${record.lines.join("\n")}`));
    }, HUNG_MS);
    child.on("error", reject);
    child.on("close", (exitCode) => {
      clearTimeout(hung);
      resolve({ ...record, exitCode, operations });
    });
  });
}

function decodeOperation(payload: Uint8Array, index: number): FlashOperation {
  const view = Buffer.from(payload);
  const kind = view[0] === 1 ? "erase" : "write";
  return { kind, address: view.readUInt32LE(1), byteLength: view.readUInt32LE(5), index };
}

function encodeVerdict(verdict: Verdict): Uint8Array {
  const payload = Buffer.alloc(5);
  if (typeof verdict === "object") {
    payload[0] = 2;
    payload.writeUInt32LE(verdict.insideBytes, 1);
  } else payload[0] = { proceed: 0, before: 1, after: 3 }[verdict];
  return payload;
}

function collectLines(child: ChildProcess, onLine: (line: string) => void): void {
  let text = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    text += bytes.toString();
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
}
