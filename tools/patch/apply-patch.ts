import { createHash } from "node:crypto";
import { PatchReader } from "../../firmware/patch/reader.ts";
import type { Flash } from "../../firmware/ports/flash.ts";

/** What the firmware makes of a patch, whatever its own bounds are. Throws its Failures. */
export function applyPatch(
  old: Uint8Array | undefined,
  patch: Uint8Array,
  imageMaxBytes: number,
): Uint8Array {
  const made = new Uint8Array(imageMaxBytes);
  let end = 0;
  const reader = new PatchReader({
    primary: readOnly(old ?? new Uint8Array(0)),
    imageMaxBytes,
    newSha256: () => {
      const hash = createHash("sha256");
      return { update: (bytes) => hash.update(bytes), finish: () => hash.digest() };
    },
    write: (offset, bytes, length) => {
      made.set(bytes.subarray(0, length), offset);
      end = offset + length;
    },
    stepBytes: imageMaxBytes,
  });
  for (let isDone = reader.push(patch, patch.length); !isDone; ) isDone = reader.proceed();
  reader.end();
  return made.subarray(0, end);
}

function readOnly(image: Uint8Array): Flash {
  const refuse = (): never => {
    throw new Error("a patch is applied to an image that stays as it is");
  };
  return {
    geometry: { byteLength: image.length, blockLength: 4096, writeAlign: 4, eraseValue: 0xff },
    read: (into, offset) => {
      if (offset < 0 || offset + into.length > image.length) refuse();
      into.set(image.subarray(offset, offset + into.length));
    },
    write: refuse,
    eraseBlock: refuse,
  };
}
