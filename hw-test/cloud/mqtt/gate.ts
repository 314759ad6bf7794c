import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { type Frame, FrameError, FrameSplitter } from "./frames.ts";

/** Why a packet closes the connection; undefined lets it through. */
export type Admit = (frame: Frame) => string | undefined;

/**
 * Stands between a tracker's connection and the broker and shows each packet of the tracker to
 * `admit` first. What AWS IoT refuses, it refuses by closing the connection.
 */
export class MqttGate extends Duplex {
  /** Common name of the client certificate. */
  readonly thingName: string;
  private readonly socket: TLSSocket;
  private readonly admit: Admit;
  private readonly splitter = new FrameSplitter();

  constructor(options: {
    readonly socket: TLSSocket;
    readonly thingName: string;
    readonly admit: Admit;
  }) {
    super();
    this.socket = options.socket;
    this.thingName = options.thingName;
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

  private receive(chunk: Buffer): void {
    try {
      for (const frame of this.splitter.push(chunk)) {
        const refusal = this.admit(frame);
        if (refusal !== undefined) throw new FrameError(refusal);
        if (!this.push(frame.bytes)) this.socket.pause();
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.destroy(error);
    }
  }
}
