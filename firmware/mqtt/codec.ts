import * as npmLibrary from "mqtt-packet";
import type {
  LibraryBuffer,
  LibraryChunk,
  LibraryPacket,
  LibraryParser,
  LibraryStream,
  MqttPacketLibrary,
} from "./library.ts";
import type { OutputQueue } from "./output-queue.ts";

const library = npmLibrary as unknown as MqttPacketLibrary;

// Before anything is written: the first packet would otherwise fill a table of 65,536 Buffers.
library.writeToStream.cacheNumbers = false;

/** What a client sends (MQTT 3.1.1, section 3), in the words of mqtt-packet. */
export type OutgoingPacket =
  | {
      readonly cmd: "connect";
      readonly clientId: string;
      readonly clean: boolean;
      /** Seconds. */
      readonly keepalive: number;
    }
  | {
      readonly cmd: "publish";
      readonly topic: string;
      readonly payload: Uint8Array | string;
      readonly qos: 0 | 1;
      readonly dup: boolean;
      /** 1 to 65535; of no meaning with QoS 0. */
      readonly messageId: number;
    }
  | { readonly cmd: "puback"; readonly messageId: number }
  | {
      readonly cmd: "subscribe";
      readonly messageId: number;
      readonly subscriptions: readonly { readonly topic: string; readonly qos: 1 }[];
    }
  | { readonly cmd: "pingreq" }
  | { readonly cmd: "disconnect" };

/** What a broker may send to a client that neither publishes nor subscribes with QoS 2. */
export type IncomingPacket =
  | { readonly cmd: "connack"; readonly sessionPresent: boolean; readonly returnCode: number }
  | {
      readonly cmd: "publish";
      readonly topic: string;
      /** 0 with QoS 0, else 1 to 65535: to be acknowledged. */
      readonly messageId: number;
    }
  | { readonly cmd: "puback"; readonly messageId: number }
  | { readonly cmd: "suback"; readonly messageId: number; readonly granted: readonly number[] }
  | { readonly cmd: "pingresp" };

/**
 * Puts packets into a queue, each whole or not at all. mqtt-packet keeps the bytes of every length
 * it ever wrote, about 64 bytes of heap each: packets of few different lengths keep that small.
 */
export class PacketEncoder implements LibraryStream {
  private readonly queue: OutputQueue;
  private complete = true;

  constructor(queue: OutputQueue) {
    this.queue = queue;
  }

  /** @returns false if the packet does not fit into what is free of the queue */
  encode(packet: OutgoingPacket): boolean {
    const before = this.queue.length();
    this.complete = true;
    library.writeToStream(packet, this);
    if (!this.complete) this.queue.truncate(before);
    return this.complete;
  }

  /** Called by mqtt-packet, field by field. */
  write(chunk: LibraryChunk): boolean {
    if (this.complete) this.complete = this.append(chunk);
    return this.complete;
  }

  /** Called by mqtt-packet for a packet that cannot be: a bug of ours. */
  destroy(error: { readonly message: string }): void {
    throw new Error(`assertion: ${error.message}`);
  }

  private append(chunk: LibraryChunk): boolean {
    if (typeof chunk === "string") return this.queue.appendText(chunk);
    if (chunk instanceof Uint8Array) return this.queue.appendBytes(chunk);
    return this.appendBuffer(chunk);
  }

  private appendBuffer(chunk: LibraryBuffer): boolean {
    for (let offset = 0; offset < chunk.length; offset += 1) {
      if (!this.queue.appendByte(chunk.readUInt8(offset))) return false;
    }
    return true;
  }
}

/**
 * Turns whole packets into values. mqtt-packet is never shown a length that has not arrived, so it
 * has nothing to buffer; and what it emits is checked, since it leaves fields out or sets them to
 * -1 where a packet is too short.
 */
export class PacketDecoder {
  private readonly parser: LibraryParser;
  private packet: LibraryPacket | undefined;
  /** Why `decode` last gave undefined. */
  error = "";

  constructor() {
    this.parser = library.parser({ protocolVersion: 4 });
    this.parser.on("packet", (packet) => {
      this.packet = packet;
    });
    this.parser.on("error", (error) => {
      this.error = error.message;
    });
  }

  /**
   * @param frame one packet from its first header byte to its last byte; of a PUBLISH, the payload
   *   is of no interest
   * @returns undefined if it is malformed or nothing a broker may send; then give up the connection
   */
  decode(frame: Uint8Array): IncomingPacket | undefined {
    this.packet = undefined;
    this.error = "not a packet that a broker sends";
    const left = this.parse(frame);
    const packet = this.packet as LibraryPacket | undefined;
    this.packet = undefined;
    if (packet === undefined || left !== 0) return undefined;
    return checked(packet);
  }

  private parse(frame: Uint8Array): number {
    try {
      return this.parser.parse(frame);
    } catch (error) {
      // A malformed packet is the broker's fault, whatever it trips inside the library.
      this.error = String(error);
      this.packet = undefined;
      return 0;
    }
  }
}

function checked(packet: LibraryPacket): IncomingPacket | undefined {
  if (packet.cmd === "pingresp") return { cmd: "pingresp" };
  if (packet.cmd === "connack") return connack(packet);
  if (packet.cmd === "publish") return publish(packet);
  const messageId = packet.messageId ?? 0;
  if (messageId < 1) return undefined;
  if (packet.cmd === "puback") return { cmd: "puback", messageId };
  if (packet.cmd === "suback") return { cmd: "suback", messageId, granted: packet.granted ?? [] };
  return undefined;
}

function connack(packet: LibraryPacket): IncomingPacket | undefined {
  if (packet.returnCode === undefined) return undefined;
  const sessionPresent = packet.sessionPresent === true;
  return { cmd: "connack", sessionPresent, returnCode: packet.returnCode };
}

function publish(packet: LibraryPacket): IncomingPacket | undefined {
  const topic = packet.topic;
  if (topic === null || packet.qos > 1) return undefined;
  const messageId = packet.qos === 0 ? 0 : (packet.messageId ?? 0);
  if (packet.qos === 1 && messageId < 1) return undefined;
  return { cmd: "publish", topic, messageId };
}
