import type { MqttEvents } from "../../firmware/mqtt/client.ts";

type MessageEvents = Pick<MqttEvents, "onMessageStart" | "onMessageBytes" | "onMessageEnd">;

/** Puts the pieces of each message together again, for who has the memory for it. */
export function wholeMessages(take: (topic: string, payload: Buffer) => void): MessageEvents {
  let topic = "";
  let pieces: Buffer[] = [];
  return {
    onMessageStart: (started) => {
      topic = started;
      pieces = [];
    },
    // A copy, since the piece is the reader's own.
    onMessageBytes: (piece) => pieces.push(Buffer.from(piece)),
    onMessageEnd: () => take(topic, Buffer.concat(pieces)),
  };
}

/** Gives a message to `events` as an MQTT client does, in pieces of at most `pieceBytes`. */
export function deliverWhole(
  events: MessageEvents,
  topic: string,
  payload: Uint8Array,
  pieceBytes = 512,
): void {
  events.onMessageStart(topic);
  for (let at = 0; at < payload.length; at += pieceBytes)
    events.onMessageBytes(payload.subarray(at, at + pieceBytes));
  events.onMessageEnd();
}
