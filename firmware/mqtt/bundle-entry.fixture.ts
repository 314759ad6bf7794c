import { type OutgoingPacket, PacketDecoder, PacketEncoder } from "./codec.ts";
import { OutputQueue } from "./output-queue.ts";

// What bundle.test.ts bundles: the codec between plain arrays and texts, which may cross from one
// context to another.

export function encode(packet: OutgoingPacket): number[] {
  const queue = new OutputQueue(8192);
  if (!new PacketEncoder(queue).encode(packet)) throw new Error("does not fit");
  return Array.from(queue.peek(8192));
}

export function decode(bytes: readonly number[]): string {
  const packet = new PacketDecoder().decode(Uint8Array.from(bytes));
  if (packet === undefined) return JSON.stringify("malformed");
  return JSON.stringify(packet);
}
