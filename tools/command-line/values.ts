import { closeSync, openSync, readSync } from "node:fs";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { UsageError } from "./usage-error.ts";

/** Parsers for the values of options: each goes into the option's definition. */

export const portNumber = wholeNumber({ least: 1, most: 65_535 });

export function wholeNumber({
  least,
  most,
}: {
  readonly least: number;
  readonly most: number;
}): (text: string) => number {
  return (text) => {
    const isShort = text.length <= String(most).length;
    const value = isShort && /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`${least} to ${most}`);
  };
}

export function oneOf<Name extends string>(...names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const known = names.find((name) => name === text);
    if (known !== undefined) return known;
    throw new InvalidArgumentError(`${names.slice(0, -1).join(", ")} or ${names.at(-1)}`);
  };
}

/** For what may be given more than once: all the values, in their order. */
export function each<Value>(
  parse: (text: string) => Value,
): (text: string, before?: readonly Value[]) => Value[] {
  return (text, before = []) => [...before, parse(text)];
}

/** Many times what any file of the project has; a larger one was given by mistake. */
const FILE_MAX_BYTES = 32 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;

/**
 * For a file that is read when all options are known, for it may depend on them.
 * @param option for the message: `--key`, or "" for an argument
 * @throws UsageError that names the option and the file: not there, no file, above 32 MB
 */
export function fileBytes(option: string, path: string): Buffer {
  try {
    return readAll(path);
  } catch (error) {
    throw new UsageError(`${option} ${path}: ${(error as Error).message}`.trimStart());
  }
}

/** The same as text. */
export function fileText(option: string, path: string, encoding: BufferEncoding): string {
  return fileBytes(option, path).toString(encoding);
}

/** Piece by piece: a pipe has no size to ask for, and /dev/zero no end. */
function readAll(path: string): Buffer {
  const file = openSync(path, "r");
  const pieces: Buffer[] = [];
  try {
    for (let total = 0; ; ) {
      const piece = Buffer.alloc(PIECE_BYTES);
      const length = readSync(file, piece);
      total += length;
      if (length === 0) return Buffer.concat(pieces);
      if (total > FILE_MAX_BYTES) throw new Error("larger than 32 MB, no file of this kind is");
      pieces.push(piece.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}
