import { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { connectHead, type Frame, FrameError, FrameSplitter, packetType } from "./frames.ts";
import { Mqtt5Side } from "./mqtt5.ts";

/** @returns why a packet closes the connection; undefined lets it through */
export type Admit = (frame: Frame, gate: MqttGate) => string | undefined;

/**
 * Stands between a tracker's connection and the broker and shows each packet of the tracker to
 * `admit` first. What AWS IoT refuses, it refuses by closing the connection. A client of MQTT 5 is
 * translated: `admit` and the broker see 3.1.1.
 */
export class MqttGate extends Duplex {
  /** What the client's certificate lets it be. */
  readonly thingNames: readonly string[];
  /** Which of these it is: its client id, once it has said that. */
  thingName: string;
  private readonly socket: TLSSocket;
  private readonly admit: Admit;
  private readonly splitter = new FrameSplitter();
  /** Undefined for a client of 3.1.1, and before its first packet. */
  mqtt5: Mqtt5Side | undefined;

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
    if (this.mqtt5 === undefined) {
      this.socket.write(chunk, done);
      return;
    }
    this.mqtt5.down(chunk);
    done();
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
        if (this.destroyed) return;
        if (this.isMqtt5(frame)) this.mqtt5 ??= this.newMqtt5();
        if (this.mqtt5 === undefined) this.pass(frame);
        else this.mqtt5.up(frame);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.destroy(error);
    }
  }

  private pass(frame: Frame): void {
    const refusal = this.admit(frame, this);
    if (refusal === undefined) {
      if (!this.push(frame.bytes)) this.socket.pause();
    } else if (this.mqtt5 === undefined) this.destroy(new FrameError(refusal));
    else this.mqtt5.refuse(refusal);
  }

  private isMqtt5(frame: Frame): boolean {
    return frame.type === packetType.connect && connectHead(frame).protocolLevel === 5;
  }

  private newMqtt5(): Mqtt5Side {
    return new Mqtt5Side({
      thingName: () => this.thingName,
      send: (bytes) => this.socket.write(bytes),
      forward: (frame) => this.pass(frame),
      close: (why) => this.socket.end(() => this.destroy(new FrameError(why))),
    });
  }
}
