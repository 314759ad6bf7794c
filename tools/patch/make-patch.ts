import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { applyPatch } from "./apply-patch.ts";
import { ChunkWriter } from "./chunks.ts";
import { commandsFor } from "./commands.ts";
import { deflateSmallest } from "./deflate.ts";

/** What the patch reader's window holds: 2 KB. */
const WINDOW_BITS = 11;
const WINDOW_BYTES = 1 << WINDOW_BITS;
/** zlib's sizes of a block: which one is best depends on how the bytes change along the chunk. */
const MEM_LEVELS = [6, 7, 8, 9];
/**
 * Chunks of a patch inflate to so much, those of a packed image to so much: 8 KB of patch are a few KB,
 * while each chunk of a packed image costs the tables of its own codes.
 */
const PATCH_CHUNK_BYTES = 8192;
const PACKED_CHUNK_BYTES = 16384;

/**
 * A patch from one image onto another (docs/patch-format.md), or without `old` the new image packed.
 * Applied by the firmware's own reader before it is returned.
 * @param chunkBytes what a chunk inflates to at most, 64 to 16,384
 */
export function makePatch(
  old: Uint8Array | undefined,
  next: Uint8Array,
  chunkBytes = old === undefined ? PACKED_CHUNK_BYTES : PATCH_CHUNK_BYTES,
): Uint8Array {
  const parts = [header(old, next, chunkBytes)];
  for (const chunk of chunksFor(old ?? new Uint8Array(0), next, chunkBytes)) {
    parts.push(packChunk(chunk));
  }
  const patch = new Uint8Array(Buffer.concat(parts));
  const made = applyPatch(old, patch, next.length);
  if (Buffer.compare(made, next) !== 0) throw new Error("the patch does not make the new image");
  return patch;
}

/** @param old its SHA-256 goes into the head */
export function header(
  old: Uint8Array | undefined,
  next: Uint8Array,
  chunkBytes: number,
): Uint8Array {
  const head = Buffer.alloc(14);
  head.write("TFP1", "latin1");
  head.writeUInt32LE(next.length, 4);
  head.writeUInt32LE(old?.length ?? 0, 8);
  head.writeUInt16LE(chunkBytes, 12);
  if (old === undefined) return head;
  return Buffer.concat([head, createHash("sha256").update(old).digest()]);
}

/** The shortest deflate stream that there is of it: zlib has stored blocks, and more than one. */
function packChunk(chunk: Uint8Array): Uint8Array {
  const streams: Uint8Array[] = MEM_LEVELS.map((memLevel) =>
    deflateRawSync(chunk, { level: 9, memLevel, windowBits: WINDOW_BITS }),
  );
  streams.push(deflateSmallest(chunk, WINDOW_BYTES));
  return framed(streams.reduce((one, other) => (other.length < one.length ? other : one)));
}

/** A chunk: the length of its deflate stream, and that. */
export function framed(stream: Uint8Array): Uint8Array {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(stream.length);
  return Buffer.concat([length, stream]);
}

function chunksFor(old: Uint8Array, next: Uint8Array, chunkBytes: number): readonly Uint8Array[] {
  const writer = new ChunkWriter({ old, next, chunkBytes });
  for (const command of commandsFor(old, next)) writer.write(command);
  writer.finish();
  return writer.chunks;
}
