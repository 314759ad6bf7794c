/** MQTT control packet types (MQTT 3.1.1, table 2.1). */
export const packetType = Object.freeze({ connect: 1, publish: 3, subscribe: 8 });

/** AWS IoT Core: a payload is at most 128 KB. */
export const payloadMaxBytes = 128 * 1024;

/** Room for a payload, a topic of 256 bytes and the header around them. */
export const packetMaxBytes = payloadMaxBytes + 1024;

/** One whole MQTT control packet, undecoded. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  /** Offset in `bytes` where the variable header starts. */
  readonly bodyOffset: number;
  readonly bytes: Buffer;
}

/** Thrown for what no broker needs to understand: the connection is to be closed. */
export class FrameError extends Error {}

/** Cuts a byte stream into control packets; holds at most one incomplete packet. */
export class FrameSplitter {
  private rest: Buffer = Buffer.alloc(0);

  /** @returns the packets that `chunk` completes */
  push(chunk: Buffer): Frame[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.next(); frame !== undefined; frame = this.next()) frames.push(frame);
    return frames;
  }

  private next(): Frame | undefined {
    const length = remainingLength(this.rest);
    if (length === undefined) return undefined;
    if (length.value > packetMaxBytes) throw new FrameError(`a packet of ${length.value} bytes`);
    const end = length.bodyOffset + length.value;
    if (this.rest.length < end) return undefined;
    const bytes = this.rest.subarray(0, end);
    this.rest = this.rest.subarray(end);
    const first = bytes[0] ?? 0;
    return { type: first >> 4, flags: first & 0x0f, bodyOffset: length.bodyOffset, bytes };
  }
}

/** The variable-length integer of MQTT 3.1.1, 2.2.3; undefined while it is incomplete. */
function remainingLength(bytes: Buffer): { value: number; bodyOffset: number } | undefined {
  let value = 0;
  for (let index = 1; index <= 4; index += 1) {
    const octet = bytes[index];
    if (octet === undefined) return undefined;
    value += (octet & 0x7f) * 128 ** (index - 1);
    if (octet < 0x80) return { value, bodyOffset: index + 1 };
  }
  throw new FrameError("a remaining length of more than four bytes");
}

export interface PublishHead {
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly payloadBytes: number;
}

/** The head of a PUBLISH (MQTT 3.1.1, 3.3). */
export function publishHead({ bytes, flags, bodyOffset }: Frame): PublishHead {
  const topicEnd = stringEnd(bytes, bodyOffset);
  const qos = (flags >> 1) & 3;
  return {
    topic: bytes.toString("utf8", bodyOffset + 2, topicEnd),
    qos,
    retain: (flags & 1) === 1,
    payloadBytes: bytes.length - topicEnd - (qos > 0 ? 2 : 0),
  };
}

export interface ConnectHead {
  /** 4: MQTT 3.1.1; 5: MQTT 5. */
  readonly protocolLevel: number;
  /** undefined where a level other than 4 puts it elsewhere. */
  readonly clientId: string | undefined;
}

/** The head of a CONNECT (MQTT 3.1.1, 3.1). */
export function connectHead({ bytes, bodyOffset }: Frame): ConnectHead {
  const nameEnd = stringEnd(bytes, bodyOffset);
  const protocolLevel = bytes[nameEnd] ?? 0;
  // Level, flags and keep-alive: 4 bytes.
  const start = nameEnd + 4;
  if (protocolLevel !== 4) return { protocolLevel, clientId: undefined };
  return { protocolLevel, clientId: bytes.toString("utf8", start + 2, stringEnd(bytes, start)) };
}

/** How many topic filters a SUBSCRIBE has (MQTT 3.1.1, 3.8.3). */
export function topicFilterCount({ bytes, bodyOffset }: Frame): number {
  let count = 0;
  for (let offset = bodyOffset + 2; offset < bytes.length; count += 1) {
    offset = stringEnd(bytes, offset) + 1;
  }
  return count;
}

function stringEnd(bytes: Buffer, offset: number): number {
  if (offset + 2 > bytes.length) throw new FrameError("a string without a length");
  const end = offset + 2 + bytes.readUInt16BE(offset);
  if (end > bytes.length) throw new FrameError("a string that ends outside its packet");
  return end;
}
