import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { type Frame, FrameError, FrameSplitter } from "./frames.ts";

/** Why a packet closes the connection, and what is sent before that. */
export interface Refusal {
  readonly reason: string;
  readonly answer?: Buffer;
}

/** undefined lets a packet through. */
export type Admit = (frame: Frame, gate: MqttGate) => Refusal | undefined;

/**
 * Stands between a tracker's connection and the broker and shows each packet of the tracker to
 * `admit` first. What AWS IoT refuses, it refuses by closing the connection.
 */
export class MqttGate extends Duplex {
  /** What the client's certificate lets it be. */
  readonly thingNames: readonly string[];
  /** Which of these it is: its client id, once it has said that. */
  thingName: string;
  private readonly socket: TLSSocket;
  private readonly admit: Admit;
  private readonly splitter = new FrameSplitter();

  constructor(options: {
    readonly socket: TLSSocket;
    readonly thingNames: readonly string[];
    readonly admit: Admit;
  }) {
    super();
    this.socket = options.socket;
    this.thingNames = options.thingNames;
    this.thingName = options.thingNames[0] ?? "";
    this.admit = options.admit;
    this.socket.on("data", (chunk: Buffer) => this.receive(chunk));
    this.socket.on("end", () => this.push(null));
    this.socket.on("error", () => this.destroy());
    this.socket.on("close", () => this.destroy());
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }

  private refuse({ reason, answer }: Refusal): void {
    const close = () => this.destroy(new FrameError(reason));
    if (answer === undefined) close();
    else this.socket.end(answer, close);
  }

  private receive(chunk: Buffer): void {
    try {
      for (const frame of this.splitter.push(chunk)) {
        const refusal = this.admit(frame, this);
        if (refusal !== undefined) {
          this.refuse(refusal);
          return;
        }
        if (!this.push(frame.bytes)) this.socket.pause();
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.destroy(error);
    }
  }
}
