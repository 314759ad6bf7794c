import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BrokenInvariant } from "../../desk/broken-invariant.ts";
import type { Command } from "./patch-reference.ts";

/** What a patch says, and the image that it is for. */
export interface Commands {
  readonly old: Uint8Array;
  readonly commands: readonly Command[];
}

/** A patch that was read, and what became of it. */
export interface Made extends Commands {
  readonly image: Uint8Array;
  /** Says which it is. */
  readonly told: () => string;
}

/** Images that came of patches; compared with bspatch's, of many at once, where that is installed. */
export class BspatchOracle {
  private readonly made: Made[] = [];

  add(one: Made): void {
    this.made.push(one);
  }

  /** @throws BrokenInvariant for the first that is another than bspatch's; none is left then */
  settle(): void {
    const made = this.made.splice(0);
    if (made.length === 0 || bspatchIsMissing() !== undefined) return;
    const theirs = bspatchImages(made);
    let at = 0;
    for (const { image, told } of made) {
      const same = theirs.subarray(at, at + image.length);
      if (Buffer.compare(same, image) !== 0) {
        throw new BrokenInvariant(`bspatch makes another image: ${told()}`);
      }
      at += image.length;
    }
  }
}

/** @returns what is missing, and how to install it; undefined: nothing is */
export function bspatchIsMissing(): string | undefined {
  const isMissing = (program: string) => spawnSync(program, ["--help"]).error !== undefined;
  const [missing] = ["bspatch", "bzip2"].filter(isMissing);
  return missing && `${missing} is not installed: apt-get install bsdiff bzip2`;
}

/**
 * What Colin Percival's bspatch makes of patches, one image behind the other: it is started once for all
 * of them, for their old images lie behind each other as well, and before each the place in them goes on
 * to the start of its own. Throws if it refuses them.
 */
function bspatchImages(patches: readonly Commands[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "bspatch-"));
  const [old, next, patch] = ["old", "new", "patch"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  try {
    writeFileSync(old, Buffer.concat(patches.map((one) => one.old)));
    writeFileSync(patch, bsdiffFile(patches));
    run("bspatch", [old, next, patch]);
    return readFileSync(next);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Magic, lengths of the first two blocks, size of the new image; then controls, differences and extra
 * bytes, each packed by bzip2. A control is: bytes to add differences to, extra bytes, then a seek.
 */
function bsdiffFile(patches: readonly Commands[]): Buffer {
  const controls: number[] = [0, 0];
  const diff: number[] = [];
  const extra: number[] = [];
  let oldAt = 0;
  let base = 0;
  for (const { old, commands } of patches) {
    // The place that the patch counts from: the start of its old image.
    let toBase = base - oldAt;
    for (const command of commands) {
      controls.push(toBase + command.seek, command.diff.length, command.extra.length);
      oldAt += toBase + command.seek + command.diff.length;
      toBase = 0;
      for (const byte of command.diff) diff.push(byte);
      for (const byte of command.extra) extra.push(byte);
    }
    base += old.length;
  }
  controls.push(0);
  const [first, second, third] = [numbers(controls), Buffer.from(diff), Buffer.from(extra)].map(
    packed,
  ) as [Buffer, Buffer, Buffer];
  const sizes = numbers([first.length, second.length, diff.length + extra.length]);
  return Buffer.concat([Buffer.from("BSDIFF40"), sizes, first, second, third]);
}

/** Eight bytes each, lowest first; the top bit is the sign. */
function numbers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [at, value] of values.entries()) {
    bytes.writeUIntLE(Math.abs(value), 8 * at, 6);
    if (value < 0) bytes[8 * at + 7] = 0x80;
  }
  return bytes;
}

function packed(bytes: Buffer): Buffer {
  return run("bzip2", ["-c"], bytes);
}

function run(program: string, args: readonly string[], input: Buffer = Buffer.alloc(0)): Buffer {
  const { status, stdout, stderr } = spawnSync(program, args, { input, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}
