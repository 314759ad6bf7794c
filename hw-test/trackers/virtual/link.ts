/**
 * The link between the rig and one power cycle of the board (docs/virtual-tracker.md, "The link"):
 * frames of `u8 type, u8 channel, u16 length`, little-endian, then `length` bytes.
 */

export const HEAD_BYTES = 4;
export const PAYLOAD_MAX_BYTES = 2048;

export const frameTypes = Object.freeze({
  // from the board
  OPEN: 0x01,
  SEND: 0x02,
  CLOSE: 0x03,
  BOARD_CREDIT: 0x04,
  FLASH_OP: 0x10,
  EVENT: 0x11,
  // from the rig
  OPENED: 0x81,
  DATA: 0x82,
  ERROR: 0x83,
  RIG_CREDIT: 0x84,
  FLASH_GO: 0x90,
  INPUT: 0x91,
  STOP: 0x92,
} as const);

export type FrameName = keyof typeof frameTypes;

export interface Frame {
  readonly name: FrameName;
  /** 0 to 255; 0 where the frame belongs to no channel. */
  readonly channel: number;
  /** 0 to 2048 bytes. */
  readonly payload: Buffer;
}

/** What came over the link is not the protocol: a bug in the board or the rig, never bad input. */
export class LinkError extends Error {
  override readonly name = "LinkError";
}

const names = new Map(
  Object.entries(frameTypes).map(([name, type]) => [type as number, name as FrameName]),
);
const NO_BYTES = Buffer.alloc(0);

export function encodeFrame(frame: {
  name: FrameName;
  channel?: number;
  payload?: Uint8Array;
}): Buffer {
  const payload = frame.payload ?? NO_BYTES;
  if (payload.byteLength > PAYLOAD_MAX_BYTES) {
    throw new LinkError(`a ${frame.name} frame of ${payload.byteLength} bytes`);
  }
  const bytes = Buffer.alloc(HEAD_BYTES + payload.byteLength);
  bytes.writeUInt8(frameTypes[frame.name], 0);
  bytes.writeUInt8(frame.channel ?? 0, 1);
  bytes.writeUInt16LE(payload.byteLength, 2);
  bytes.set(payload, HEAD_BYTES);
  return bytes;
}

/** Cuts a byte stream into frames. Holds at most one frame that is not complete yet. */
export class FrameDecoder {
  private held: Buffer = NO_BYTES;

  /**
   * @returns the frames that `chunk` completes, in order
   * @throws LinkError on an unknown type or a length above 2048
   */
  push(chunk: Uint8Array): Frame[] {
    const bytes = Buffer.concat([this.held, chunk]);
    const frames: Frame[] = [];
    let offset = 0;
    while (bytes.byteLength - offset >= HEAD_BYTES) {
      const name = names.get(bytes.readUInt8(offset));
      const length = bytes.readUInt16LE(offset + 2);
      if (name === undefined) throw new LinkError(`frame type ${bytes.readUInt8(offset)}`);
      if (length > PAYLOAD_MAX_BYTES) throw new LinkError(`a ${name} frame of ${length} bytes`);
      const end = offset + HEAD_BYTES + length;
      if (end > bytes.byteLength) break;
      const payload = bytes.subarray(offset + HEAD_BYTES, end);
      frames.push({ name, channel: bytes.readUInt8(offset + 1), payload });
      offset = end;
    }
    this.held = bytes.subarray(offset);
    return frames;
  }

  /** Bytes that wait for the rest of their frame, at most 2051. */
  get heldBytes(): number {
    return this.held.byteLength;
  }
}
