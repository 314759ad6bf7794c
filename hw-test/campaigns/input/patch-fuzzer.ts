import { createHash } from "node:crypto";
import { Failure } from "../../../firmware/failure.ts";
import type { PatchPosition } from "../../../firmware/patch/position.ts";
import { PatchReader } from "../../../firmware/patch/reader.ts";
import type { Flash } from "../../../firmware/ports/flash.ts";
import { BrokenInvariant } from "../../desk/broken-invariant.ts";
import type { Random } from "../../desk/random.ts";
import type { Fuzzer } from "./fuzzer.ts";
import { anyPatch, type PatchCase } from "./patch-files.ts";
import { referenceApply } from "./patch-reference.ts";

const IMAGE_MAX_BYTES = 4096;
const STEP_BYTES = 512;

/**
 * Patches through the reader. What is accepted makes what the format's letter and node:zlib make of it,
 * resumed at any of its chunks too; what is refused, they refuse; no old byte is read outside the old
 * image, none of the new one written outside the slot, and no step writes more than a step.
 */
export const patchFuzzer: Fuzzer = {
  name: "patch",
  count: 300_000,
  feed(random: Random) {
    const made = anyPatch(random);
    const { image } = referenceApply(made.old, made.patch, IMAGE_MAX_BYTES);
    const run = new Run(made, random.pick([1, 3, 50, 1024]));
    const failure = run.apply(undefined);
    if (failure !== undefined) checkRefused(failure, image, made);
    else checkAccepted(run, image, random);
  },
};

class Run {
  readonly image = new Uint8Array(IMAGE_MAX_BYTES);
  end = 0;
  /** Of the chunk of each write. */
  readonly positions: PatchPosition[] = [];
  readonly made: PatchCase;
  private readonly pieceBytes: number;

  constructor(made: PatchCase, pieceBytes: number) {
    this.made = made;
    this.pieceBytes = pieceBytes;
  }

  /** All of it, or from a chunk on. */
  apply(from: PatchPosition | undefined): Failure | undefined {
    this.end = from?.newPosition ?? 0;
    const reader: PatchReader = new PatchReader({
      primary: this.primary(from),
      imageMaxBytes: IMAGE_MAX_BYTES,
      newSha256,
      stepBytes: STEP_BYTES,
      from,
      write: (offset, bytes, length) => {
        this.write(offset, bytes.subarray(0, length));
        this.positions.push(reader.position());
      },
    });
    try {
      this.feed(reader, from?.offset ?? 0);
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
    return undefined;
  }

  private feed(reader: PatchReader, offset: number): void {
    const { patch } = this.made;
    for (let at = offset; at < patch.length; at += this.pieceBytes) {
      const piece = patch.slice(at, at + this.pieceBytes);
      let before = this.end;
      for (let isDone = reader.push(piece, piece.length); !isDone; ) {
        if (this.end - before > STEP_BYTES + 256) throw this.wrong("a long step");
        before = this.end;
        isDone = reader.proceed();
      }
      piece.fill(0xee);
    }
    reader.end();
  }

  private write(offset: number, bytes: Uint8Array): void {
    if (offset !== this.end) throw this.wrong(`${offset} written after ${this.end}`);
    if (offset + bytes.length > IMAGE_MAX_BYTES) throw this.wrong("written beyond the slot");
    this.image.set(bytes, offset);
    this.end += bytes.length;
  }

  /** A read may go to the end of the image that the patch names, and not beyond the slot. */
  private primary(from: PatchPosition | undefined): Flash {
    const { old, patch } = this.made;
    const named = new DataView(patch.buffer, patch.byteOffset, patch.byteLength);
    const oldBytes = from?.oldBytes ?? (patch.length < 12 ? 0 : named.getUint32(8, true));
    const refuse = (): never => {
      throw this.wrong("the running image is changed");
    };
    return {
      geometry: { byteLength: old.length, blockLength: 512, writeAlign: 4, eraseValue: 0xff },
      read: (into, offset) => {
        const end = offset + into.length;
        if (offset < 0 || end > oldBytes || end > old.length) throw this.wrong("read outside");
        into.set(old.subarray(offset, end));
      },
      write: refuse,
      eraseBlock: refuse,
    };
  }

  wrong(what: string): BrokenInvariant {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    return new BrokenInvariant(`${what}: ${hex(this.made.patch)} onto ${hex(this.made.old)}`);
  }
}

function checkRefused(failure: Failure, image: Uint8Array | undefined, made: PatchCase): void {
  const run = new Run(made, 1);
  if (!failure.code.startsWith("PATCH_")) throw run.wrong(`refused with ${failure.code}`);
  // zlib reaches farther back where its output is in one piece.
  if (image === undefined || failure.detail.includes("beyond the window")) return;
  throw run.wrong(`refused with ${failure.code} (${failure.detail})`);
}

function checkAccepted(run: Run, image: Uint8Array | undefined, random: Random): void {
  if (image === undefined) throw run.wrong("accepted, and is no patch");
  const isSame = () => Buffer.compare(run.image.subarray(0, run.end), image) === 0;
  if (!isSame()) throw run.wrong("makes another image");
  const failure = run.apply(random.pick(run.positions));
  if (failure !== undefined || !isSame()) throw run.wrong("is not the same when resumed");
}

function newSha256() {
  const hash = createHash("sha256");
  return {
    update: (bytes: Uint8Array) => void hash.update(bytes),
    finish: () => new Uint8Array(hash.digest()),
  };
}
