import { config } from "../config.ts";
import type { Socket } from "../ports/network.ts";

/** MQTT 3.1.1, 2.2.1. */
const publishType = 3;
/** AWS IoT takes topics of at most 256 bytes ("AWS IoT Core message broker limits"). */
const topicMaxBytes = 256;
/** A broker's packets without a payload are short: the longest is a SUBACK, 2 bytes and its grants. */
const plainMaxBytes = 127;
/** Where in the buffer a packet begins behind its header, which is put before it again. */
const headStart = 3;
/** Holds the head of a PUBLISH, and then its payload, piece by piece. */
const bufferBytes = 512;

/**
 * - `packet`: `packet()` is a whole packet; of a PUBLISH it is the head, as one with no payload;
 * - `payload`: `payload()` is the next piece of the PUBLISH that began;
 * - `end`: that PUBLISH has come in whole.
 */
export type FrameResult = "none" | "packet" | "payload" | "end" | "malformed";

type Step = "type" | "length" | "topic length" | "head" | "payload";

/**
 * Cuts a stream into MQTT packets before anything parses them, so that a length that a peer only
 * announces costs nothing. A payload is passed on in pieces as it comes, however long it is; what
 * could not be true is malformed.
 *
 * Memory: 512 bytes, for good. Every byte is read to where it stays.
 */
export class FrameReader {
  /** After `read` gave "malformed". */
  error = "";

  private readonly bytes = new Uint8Array(bufferBytes);
  private step: Step = "type";
  /** Of the current step, from `headStart` on: how many bytes are there, and how many it needs. */
  private filled = 0;
  private wanted = 1;
  /** The packet's first byte, and its length behind the fixed header (2.2.3) as far as it is read. */
  private firstByte = 0;
  private byteLength = 0;
  private lengthUnit = 1;
  /** Of the packet, or the head, that was read last: without its fixed header. */
  private packetLength = 0;
  /** Bytes of the payload that are still to come, and of the piece that came last. */
  private payloadLeft = 0;
  private pieceLength = 0;

  /**
   * Reads as far as the next result.
   * @returns "none" when the socket has no more bytes for now; after "malformed" only close it
   */
  read(socket: Socket): FrameResult {
    for (;;) {
      if (this.step === "payload") return this.readPayload(socket);
      if (!this.fill(socket)) return "none";
      const result = this.advance();
      if (result !== "none") return result;
    }
  }

  /** After "packet", until the next `read`: a packet from its first header byte to its last byte. */
  packet(): Uint8Array {
    const { bytes, packetLength } = this;
    const isShort = packetLength < 0x80;
    const start = isShort ? headStart - 2 : headStart - 3;
    bytes[start] = this.firstByte;
    bytes[start + 1] = isShort ? packetLength : 0x80 | (packetLength & 0x7f);
    if (!isShort) bytes[start + 2] = packetLength >> 7;
    return bytes.subarray(start, headStart + packetLength);
  }

  /** After "payload", until the next `read`. */
  payload(): Uint8Array {
    return this.bytes.subarray(0, this.pieceLength);
  }

  private fill(socket: Socket): boolean {
    while (this.filled < this.wanted) {
      const start = headStart + this.filled;
      const count = socket.read(this.bytes.subarray(start, headStart + this.wanted));
      if (count === 0) return false;
      this.filled += count;
    }
    return true;
  }

  private expect(step: Step, byteCount: number): FrameResult {
    this.step = step;
    this.filled = 0;
    this.wanted = byteCount;
    return "none";
  }

  private malformed(error: string): FrameResult {
    this.error = error;
    return "malformed";
  }

  /** The step's bytes are there. */
  private advance(): FrameResult {
    switch (this.step) {
      case "type":
        return this.takeType();
      case "length":
        return this.takeLengthByte();
      case "topic length":
        return this.takeTopicLength();
      default:
        return this.endHead();
    }
  }

  private byteAt(index: number): number {
    return this.bytes[headStart + index] ?? 0;
  }

  private takeType(): FrameResult {
    this.firstByte = this.byteAt(0);
    this.byteLength = 0;
    this.lengthUnit = 1;
    return this.expect("length", 1);
  }

  private takeLengthByte(): FrameResult {
    const byte = this.byteAt(0);
    this.byteLength += (byte & 0x7f) * this.lengthUnit;
    if (byte < 0x80) return this.beginPacket();
    this.lengthUnit *= 0x80;
    if (this.lengthUnit > 0x80 ** 3) {
      return this.malformed("remaining length of more than four bytes");
    }
    return this.expect("length", 1);
  }

  private beginPacket(): FrameResult {
    const { byteLength } = this;
    const isPublish = this.isPublish();
    if (byteLength > (isPublish ? config.mqttPacketMaxBytes : plainMaxBytes)) {
      return this.malformed(`a packet of type ${this.firstByte >> 4} with ${byteLength} bytes`);
    }
    if (!isPublish) return this.expect("head", byteLength);
    return byteLength < 2
      ? this.malformed("PUBLISH without topic")
      : this.expect("topic length", 2);
  }

  private isPublish(): boolean {
    return this.firstByte >> 4 === publishType;
  }

  /** The head of a PUBLISH: its topic and, above QoS 0, its identifier (3.3.2). */
  private takeTopicLength(): FrameResult {
    const topicLength = this.byteAt(0) * 256 + this.byteAt(1);
    if (topicLength > topicMaxBytes) return this.malformed(`a topic of ${topicLength} bytes`);
    const hasIdentifier = (this.firstByte & 6) !== 0;
    const headLength = 2 + topicLength + (hasIdentifier ? 2 : 0);
    if (headLength > this.byteLength) return this.malformed("PUBLISH shorter than its head");
    this.step = "head";
    this.wanted = headLength;
    return "none";
  }

  private endHead(): FrameResult {
    this.packetLength = this.filled;
    this.payloadLeft = this.byteLength - this.filled;
    this.expect("type", 1);
    if (this.isPublish()) this.step = "payload";
    return "packet";
  }

  private readPayload(socket: Socket): FrameResult {
    if (this.payloadLeft === 0) {
      this.expect("type", 1);
      return "end";
    }
    this.pieceLength = socket.read(this.bytes.subarray(0, Math.min(this.payloadLeft, bufferBytes)));
    this.payloadLeft -= this.pieceLength;
    return this.pieceLength === 0 ? "none" : "payload";
  }
}
