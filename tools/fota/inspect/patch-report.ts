import { inflateRawSync } from "node:zlib";
import { Failure } from "../../../firmware/failure.ts";
import { baseDigest, headerBytes, readPatchHeader } from "../../../firmware/patch/header.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { applyPatch } from "../../patch/apply-patch.ts";
import { withCommas } from "../text.ts";
import { imageReport } from "./image-report.ts";
import { type Report, row } from "./report.ts";
import type { NamedKey } from "./signatures.ts";

const LENGTH_BYTES = 2;
/** Larger than any slot; whether it fits the tracker's is the tracker's to say. */
const IMAGE_MAX_BYTES = 16 * 1024 * 1024;
const bounds = Object.freeze({ imageMaxBytes: IMAGE_MAX_BYTES, primaryBytes: IMAGE_MAX_BYTES });

/** docs/patch-format.md. @throws UsageError with the offset of what is wrong */
export function patchReport(name: string, file: Uint8Array, keys: readonly NamedKey[]): Report {
  const head = headOf(name, file);
  const chunks = countChunks(name, file, head);
  const isPacked = head.oldBytes === 0;
  const base = isPacked ? undefined : Buffer.from(baseDigest(file)).toString("hex");
  const inside = isPacked ? imageReport(unpacked(name, file, head.newBytes), keys) : undefined;
  return {
    facts: { kind: "patch", bytes: file.length, ...head, base, chunks, image: inside?.facts },
    lines: [
      `${isPacked ? "a packed image" : "a patch"}, ${withCommas(file.length)} bytes`,
      row("makes", `an image of ${withCommas(head.newBytes)} bytes`),
      ...(base === undefined
        ? []
        : [row("from", `one of ${withCommas(head.oldBytes)} bytes; its SHA-256`), row("", base)]),
      row("chunks", `${chunks}, each of at most ${withCommas(head.chunkBytes)} bytes inflated`),
      ...(inside === undefined ? [] : ["the image in it", ...inside.lines]),
    ],
    problem: inside?.problem,
  };
}

type Head = ReturnType<typeof readPatchHeader> & { readonly headBytes: number };

function headOf(name: string, file: Uint8Array): Head {
  const headBytes = headerBytes(file, file.length);
  if (file.length < headBytes) throw damaged(name, file.length, "it ends inside its head");
  try {
    return { ...readPatchHeader(file, bounds), headBytes };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw damaged(name, 0, `${error.detail} (${error.code})`);
  }
}

/** Each is a length and a deflate stream of its own. */
function countChunks(name: string, file: Uint8Array, { headBytes, chunkBytes }: Head): number {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  let count = 0;
  for (let at = headBytes; at < bytes.length; count++) {
    const isWhole = at + LENGTH_BYTES <= bytes.length;
    const end = isWhole ? at + LENGTH_BYTES + bytes.readUInt16LE(at) : bytes.length + 1;
    if (end > bytes.length) throw damaged(name, at, `it ends inside chunk ${count + 1}`);
    requireDeflate(name, { stream: bytes.subarray(at + LENGTH_BYTES, end), at, chunkBytes });
    at = end;
  }
  return count;
}

function requireDeflate(
  name: string,
  { stream, at, chunkBytes }: { stream: Buffer; at: number; chunkBytes: number },
): void {
  try {
    inflateRawSync(stream, { maxOutputLength: chunkBytes });
  } catch {
    throw damaged(name, at, `no deflate stream of at most ${chunkBytes} bytes`);
  }
}

function unpacked(name: string, file: Uint8Array, newBytes: number): Uint8Array {
  try {
    return applyPatch(undefined, file, newBytes);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new UsageError(`${name}: ${error.detail} (${error.code})`);
  }
}

function damaged(name: string, offset: number, said: string): UsageError {
  return new UsageError(`${name}: damaged at byte ${offset}: ${said}`);
}
