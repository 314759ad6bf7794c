import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { applyPatch } from "./apply-patch.ts";
import { ChunkWriter } from "./chunks.ts";
import { commandsFor } from "./commands.ts";

/** What the patch reader's window holds: 2 KB. */
const WINDOW_BITS = 11;
const CHUNK_BYTES = 8192;

/**
 * A patch from one image onto another (docs/patch-format.md), or without `old` the new image packed.
 * Applied by the firmware's own reader before it is returned.
 * @param chunkBytes what a chunk inflates to at most, 64 to 8,192; 8,192 if left out
 */
export function makePatch(
  old: Uint8Array | undefined,
  next: Uint8Array,
  chunkBytes = CHUNK_BYTES,
): Uint8Array {
  const parts = [header(old, next, chunkBytes)];
  for (const chunk of chunksFor(old ?? new Uint8Array(0), next, chunkBytes)) {
    const packed = deflateRawSync(chunk, { level: 9, memLevel: 9, windowBits: WINDOW_BITS });
    const length = Buffer.alloc(2);
    length.writeUInt16LE(packed.length);
    parts.push(length, packed);
  }
  const patch = new Uint8Array(Buffer.concat(parts));
  const made = applyPatch(old, patch, next.length);
  if (Buffer.compare(made, next) !== 0) throw new Error("the patch does not make the new image");
  return patch;
}

function header(old: Uint8Array | undefined, next: Uint8Array, chunkBytes: number): Uint8Array {
  const head = Buffer.alloc(14);
  head.write("TFP1", "latin1");
  head.writeUInt32LE(next.length, 4);
  head.writeUInt32LE(old?.length ?? 0, 8);
  head.writeUInt16LE(chunkBytes, 12);
  if (old === undefined) return head;
  return Buffer.concat([head, createHash("sha256").update(old).digest()]);
}

function chunksFor(old: Uint8Array, next: Uint8Array, chunkBytes: number): readonly Uint8Array[] {
  const writer = new ChunkWriter({ old, next, chunkBytes });
  for (const command of commandsFor(old, next)) writer.write(command);
  writer.finish();
  return writer.chunks;
}
