import { readFileSync } from "node:fs";
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

/**
 * For a file that is read when all options are known, for it may depend on them.
 * @throws UsageError that names the option and the file
 */
export function fileText(option: string, path: string, encoding: BufferEncoding): string {
  try {
    return readFileSync(path, encoding);
  } catch (error) {
    throw new UsageError(`${option} ${path}: ${(error as Error).message}`);
  }
}
