import { createHash } from "node:crypto";
import { Failure } from "../../../firmware/failure.ts";
import type { PatchPosition } from "../../../firmware/patch/position.ts";
import { PatchReader, type PatchReaderOptions } from "../../../firmware/patch/reader.ts";
import type { Flash } from "../../../firmware/ports/flash.ts";
import { BrokenInvariant } from "../../desk/broken-invariant.ts";
import type { Random } from "../../desk/random.ts";
import { BspatchOracle } from "./bspatch.ts";
import { footprint } from "./footprint.ts";
import type { Fuzzer } from "./fuzzer.ts";
import { anyPatch, type PatchCase } from "./patch-files.ts";
import { type Reference, referenceApply } from "./patch-reference.ts";

const IMAGE_MAX_BYTES = 4096;
const STEP_BYTES = 512;
/** A chunk's start, and a check of the base with its digest: all that a reader makes as it goes. */
const VALUES_MORE = 32;

/**
 * Patches through the reader. What is accepted makes what the format's letter and node:zlib make of it,
 * and bspatch, resumed at any of its chunks too; what is refused, they refuse; no old byte is read
 * outside the old image, and none too often, none of the new one written outside the slot; no step
 * writes more than a step, and after none does the reader hold more than it was made with.
 */
export const patchFuzzer: Fuzzer = {
  name: "patch",
  count: 300_000,
  feed(random: Random) {
    const made = anyPatch(random);
    const reference = referenceApply(made.old, made.patch, IMAGE_MAX_BYTES);
    const run = new Run(made, random.pick([1, 3, 50, 1024]));
    const failure = run.apply(undefined);
    if (failure !== undefined) checkRefused(failure, reference.image, made);
    else checkAccepted(run, reference, random);
  },
  settle: () => bspatch.settle(),
};

const bspatch = new BspatchOracle();

class Run {
  readonly image = new Uint8Array(IMAGE_MAX_BYTES);
  end = 0;
  /** Of the chunk of each write. */
  readonly positions: PatchPosition[] = [];
  readonly made: PatchCase;
  /** What patches come in: one buffer, as a download has, which is used again. */
  private readonly piece: Uint8Array;

  constructor(made: PatchCase, pieceBytes: number) {
    this.made = made;
    this.piece = new Uint8Array(pieceBytes);
  }

  /** All of it, or from a chunk on. */
  apply(from: PatchPosition | undefined): Failure | undefined {
    this.end = from?.newPosition ?? 0;
    const options: PatchReaderOptions = {
      primary: this.primary(from),
      imageMaxBytes: IMAGE_MAX_BYTES,
      newSha256,
      stepBytes: STEP_BYTES,
      from,
      write: (offset, bytes, length) => {
        this.write(offset, bytes.subarray(0, length));
        this.positions.push(reader.position());
      },
    };
    const reader = new PatchReader(options);
    const fresh = footprint(reader, [options, options.primary]);
    const failure = this.failureOf(() => this.feed(reader, from?.offset ?? 0));
    const { bufferBytes, values } = footprint(reader, [options, options.primary, this.piece]);
    if (bufferBytes !== fresh.bufferBytes || values > fresh.values + VALUES_MORE) {
      throw this.wrong(`the reader holds ${bufferBytes} bytes of buffers and ${values} values`);
    }
    return failure;
  }

  private failureOf(work: () => void): Failure | undefined {
    try {
      work();
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
    return undefined;
  }

  private feed(reader: PatchReader, offset: number): void {
    const { piece } = this;
    const { patch } = this.made;
    for (let at = offset; at < patch.length; at += piece.length) {
      const taken = patch.subarray(at, at + piece.length);
      piece.set(taken);
      let before = this.end;
      for (let isDone = reader.push(piece, taken.length); !isDone; ) {
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

  /**
   * A read may go to the end of the image that the patch names, and not beyond the slot. More reads than
   * check the base and bring each byte from a block of its own: the reader turns without an end.
   */
  private primary(from: PatchPosition | undefined): Flash {
    const { old, patch } = this.made;
    const named = new DataView(patch.buffer, patch.byteOffset, patch.byteLength);
    const oldBytes = from?.oldBytes ?? (patch.length < 12 ? 0 : named.getUint32(8, true));
    const refuse = (): never => {
      throw this.wrong("the running image is changed");
    };
    let readsLeft = old.length + 2 * IMAGE_MAX_BYTES;
    return {
      geometry: { byteLength: old.length, blockLength: 512, writeAlign: 4, eraseValue: 0xff },
      read: (into, offset) => {
        if (readsLeft-- === 0) throw this.wrong("reads without an end");
        const end = offset + into.length;
        if (offset < 0 || end > oldBytes || end > old.length) throw this.wrong("read outside");
        into.set(old.subarray(offset, end));
      },
      write: refuse,
      eraseBlock: refuse,
    };
  }

  wrong(what: string): BrokenInvariant {
    return new BrokenInvariant(`${what}: ${this.told()}`);
  }

  readonly told = (): string => {
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
    return `${hex(this.made.patch)} onto ${hex(this.made.old)}`;
  };
}

function checkRefused(failure: Failure, image: Uint8Array | undefined, made: PatchCase): void {
  const run = new Run(made, 1);
  if (!failure.code.startsWith("PATCH_")) throw run.wrong(`refused with ${failure.code}`);
  // zlib reaches farther back where its output is in one piece.
  if (image === undefined || failure.detail.includes("beyond the window")) return;
  throw run.wrong(`refused with ${failure.code} (${failure.detail})`);
}

function checkAccepted(run: Run, { image, commands }: Reference, random: Random): void {
  if (image === undefined) throw run.wrong("accepted, and is no patch");
  const isSame = () => Buffer.compare(run.image.subarray(0, run.end), image) === 0;
  if (!isSame()) throw run.wrong("makes another image");
  const failure = run.apply(random.pick(run.positions));
  if (failure !== undefined || !isSame()) throw run.wrong("is not the same when resumed");
  bspatch.add({ old: run.made.old, commands, image: run.image.slice(0, run.end), told: run.told });
}

function newSha256() {
  const hash = createHash("sha256");
  return {
    update: (bytes: Uint8Array) => void hash.update(bytes),
    finish: () => new Uint8Array(hash.digest()),
  };
}
