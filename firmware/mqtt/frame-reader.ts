import { config } from "../config.ts";
import type { Socket } from "../ports/network.ts";

/** MQTT 3.1.1, 2.2.1. */
const publishType = 3;
/** A fixed header: type and flags, then one to four bytes of length (2.2.3). */
const headerMaxBytes = 5;
/** AWS IoT takes topics of at most 256 bytes ("AWS IoT Core message broker limits"). */
const topicMaxBytes = 256;
const discardBytes = 128;

const nothing = new Uint8Array(0);

/** A PUBLISH that was too long to take in. */
export interface SkippedPublish {
  /** UTF-8. */
  readonly topic: Uint8Array;
  /** 0 with QoS 0, else to be acknowledged. */
  readonly messageId: number;
  /** Length of the packet without its fixed header. */
  readonly byteLength: number;
}

export type FrameResult = "none" | "frame" | "skipped" | "malformed";

type Step = "type" | "length" | "frame" | "topic length" | "topic" | "id" | "rest";

/**
 * Cuts a stream into MQTT packets before anything parses them, so that a length that a peer only
 * announces costs nothing: a PUBLISH above `config.mqttPacketMaxBytes` is read and thrown away,
 * what could not be true is malformed.
 *
 * Memory: one packet, allocated at its own length (at most `config.mqttPacketMaxBytes` + 5) when
 * its header is complete, and 133 bytes for good. Every byte is read to where it stays.
 */
export class FrameReader {
  /** After `read` gave "skipped". */
  skipped: SkippedPublish | undefined;
  /** After `read` gave "malformed". */
  error = "";

  private frame: Uint8Array = nothing;
  private readonly header = new Uint8Array(headerMaxBytes);
  private readonly discard = new Uint8Array(discardBytes);
  private step: Step = "type";
  private headerLength = 0;
  /** Where the current step's bytes go, and how many of them are there. */
  private target: Uint8Array;
  private filled = 0;
  /** Bytes of a packet to be skipped that are still to come, and its length and topic. */
  private left = 0;
  private byteLength = 0;
  private topic: Uint8Array = nothing;
  private messageId = 0;

  constructor() {
    this.target = this.header.subarray(0, 1);
  }

  /**
   * Reads as far as the next packet.
   * @returns "none" when the socket has no more bytes for now; after "malformed" only close it
   */
  read(socket: Socket): FrameResult {
    for (;;) {
      if (this.step === "rest") {
        if (!this.discardRest(socket)) return "none";
        return this.endSkip();
      }
      if (!this.fill(socket)) return "none";
      const result = this.advance();
      if (result !== "none") return result;
    }
  }

  /** The packet, header included, after `read` gave "frame"; once, so that it is not kept alive. */
  takeFrame(): Uint8Array {
    const frame = this.frame;
    this.frame = nothing;
    return frame;
  }

  /** The step's bytes are there. */
  private advance(): FrameResult {
    switch (this.step) {
      case "type":
        return this.expectLengthByte();
      case "length":
        return this.takeLengthByte();
      case "frame":
        return this.endFrame();
      case "topic length":
        return this.takeTopicLength();
      case "topic":
        return this.takeTopic();
      case "id":
        return this.takeMessageId();
      case "rest":
        return "none";
    }
  }

  private fill(socket: Socket): boolean {
    while (this.filled < this.target.length) {
      const count = socket.read(this.target.subarray(this.filled));
      if (count === 0) return false;
      this.filled += count;
    }
    return true;
  }

  private expect(step: Step, target: Uint8Array): FrameResult {
    this.step = step;
    this.target = target;
    this.filled = 0;
    return "none";
  }

  private malformed(error: string): FrameResult {
    this.error = error;
    return "malformed";
  }

  private expectLengthByte(): FrameResult {
    this.headerLength += 1;
    return this.expect("length", this.header.subarray(this.headerLength, this.headerLength + 1));
  }

  private takeLengthByte(): FrameResult {
    const goesOn = (this.header[this.headerLength] ?? 0) >= 0x80;
    if (goesOn && this.headerLength + 1 === headerMaxBytes) {
      return this.malformed("remaining length of more than four bytes");
    }
    if (goesOn) return this.expectLengthByte();
    this.headerLength += 1;
    return this.beginBody();
  }

  private remainingLength(): number {
    let length = 0;
    for (let index = this.headerLength - 1; index > 0; index -= 1) {
      length = length * 128 + ((this.header[index] ?? 0) & 0x7f);
    }
    return length;
  }

  private beginBody(): FrameResult {
    const length = this.remainingLength();
    if (length > config.mqttPacketMaxBytes) return this.beginSkip(length);
    this.frame = new Uint8Array(this.headerLength + length);
    this.frame.set(this.header.subarray(0, this.headerLength), 0);
    return this.expect("frame", this.frame.subarray(this.headerLength));
  }

  private endFrame(): FrameResult {
    this.beginPacket();
    return "frame";
  }

  private beginPacket(): void {
    this.headerLength = 0;
    this.expect("type", this.header.subarray(0, 1));
  }

  private beginSkip(length: number): FrameResult {
    const type = (this.header[0] ?? 0) >> 4;
    if (type !== publishType || length > config.mqttSkipMaxBytes) {
      return this.malformed(`a packet of type ${type} with ${length} bytes`);
    }
    if (this.qos() > 1) return this.malformed("a PUBLISH with QoS above 1");
    this.byteLength = length;
    this.left = length - 2;
    this.topic = nothing;
    this.messageId = 0;
    return this.expect("topic length", this.header.subarray(1, 3));
  }

  private qos(): number {
    return ((this.header[0] ?? 0) >> 1) & 3;
  }

  private takeTopicLength(): FrameResult {
    const length = this.twoBytes();
    if (length > topicMaxBytes) return this.malformed(`a topic of ${length} bytes`);
    this.topic = new Uint8Array(length);
    this.left -= length;
    return this.expect("topic", this.topic);
  }

  private takeTopic(): FrameResult {
    if (this.qos() === 0) return this.expect("rest", nothing);
    this.left -= 2;
    return this.expect("id", this.header.subarray(1, 3));
  }

  private takeMessageId(): FrameResult {
    this.messageId = this.twoBytes();
    if (this.messageId === 0) return this.malformed("a PUBLISH with QoS 1 and no identifier");
    return this.expect("rest", nothing);
  }

  private twoBytes(): number {
    return (this.target[0] ?? 0) * 256 + (this.target[1] ?? 0);
  }

  private discardRest(socket: Socket): boolean {
    while (this.left > 0) {
      const count = socket.read(this.discard.subarray(0, Math.min(this.left, discardBytes)));
      if (count === 0) return false;
      this.left -= count;
    }
    return true;
  }

  private endSkip(): FrameResult {
    this.skipped = {
      topic: this.topic,
      messageId: this.messageId,
      byteLength: this.byteLength,
    };
    this.topic = nothing;
    this.beginPacket();
    return "skipped";
  }
}
